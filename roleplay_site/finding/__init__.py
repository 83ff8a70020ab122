"""Finding dialogues of a study again: search, filters, sorting, and stepping through what was found."""
