"""Full-text search over the turns of dialogues, the same on every database."""
