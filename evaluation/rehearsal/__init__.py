"""A synthetic study with synthetic judgements, for trying judging and analysis at once."""
