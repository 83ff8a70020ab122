"""People who take part: the way from the welcome page to the completion code."""
