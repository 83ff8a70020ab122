"""Researchers' pages: what is to be judged, and what has been."""
