"""Many evaluators judging at once with one server process: how long each waits for the next pair, and that nothing is lost."""
