"""Planning: how likely studies of some sizes are to find differences that are assumed."""
