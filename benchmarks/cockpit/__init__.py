"""How fast the cockpit of a study of a hundred thousand dialogues opens, and the list of studies with it."""
