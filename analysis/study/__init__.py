"""A study's analysis: read out of the database, computed by a worker, kept until its data change, shown on a page."""
