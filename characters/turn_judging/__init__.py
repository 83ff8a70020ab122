"""Models judge the turns of characters in dialogues: requests, workers and results."""
