"""Estimates of power (how likely studies of given sizes are to find assumed differences): their jobs and their pages."""
