"""A made-up study with made-up judgements, for trying judging and analysis at once."""
