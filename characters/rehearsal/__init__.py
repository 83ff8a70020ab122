"""A character for the demo: Coriolanus from the play, with made-up answers instead of a model's."""
