"""Branches: continue any dialogue from one of its turns with something changed, and compare what follows."""
