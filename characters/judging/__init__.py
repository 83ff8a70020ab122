"""Models judge pairs of answers to a benchmark: requests, workers, results and their pages."""
