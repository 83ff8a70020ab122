"""A made-up study with made-up judgements, so that judging and analysing can be tried at once."""
