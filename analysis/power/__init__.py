"""Estimates of power: how likely studies of some sizes are to find assumed differences; their jobs and their pages."""
