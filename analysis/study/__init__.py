"""A study's analysis: read from the database, computed by a worker, stored until the data change, shown on a page."""
