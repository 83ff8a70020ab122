"""What becomes of a study that is over: it is archived, restored and deleted."""
