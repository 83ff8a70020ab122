"""Branches: go on from a turn of any dialogue with something changed, and compare what follows."""
