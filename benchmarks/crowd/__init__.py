"""Measure many participants and evaluators who arrive together, on several web processes with PostgreSQL and Redis."""
