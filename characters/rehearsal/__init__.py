"""A character for the demo: Coriolanus from the play, described by made-up answers instead of a model's."""
