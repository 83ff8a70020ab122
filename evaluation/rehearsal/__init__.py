"""A synthetic study with synthetic judgements, for trying out judging and analysis without collecting data."""
