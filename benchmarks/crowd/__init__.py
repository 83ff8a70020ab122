"""Many participants and evaluators who arrive together, at several web processes on PostgreSQL and Redis."""
