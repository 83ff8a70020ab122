"""Generated dialogues for training the embedded model."""
