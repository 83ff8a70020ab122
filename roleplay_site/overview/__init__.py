"""The home page, and what all apps know of a study and of a dialogue."""
