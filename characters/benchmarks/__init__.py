"""RoleBench in the database: loading it, letting models answer, and scores."""
