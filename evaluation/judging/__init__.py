"""The page on which a pair is judged."""
