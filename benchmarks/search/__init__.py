"""How fast a study of a hundred thousand dialogues is searched, and what keeping its index costs."""
