"""The home page, and the pages of a study and of a dialogue, which combine all apps."""
