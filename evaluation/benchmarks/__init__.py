"""People judge answers to a benchmark: researchers' plans, pages, results and files."""
