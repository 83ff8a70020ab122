"""The health and fidelity of a run: read from the database, measured by a worker, stored until the data change, shown."""
