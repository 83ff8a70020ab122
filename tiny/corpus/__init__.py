"""The generated dialogues that the embedded model learns from."""
