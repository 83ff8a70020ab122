"""Characters in dialogues: read from the database, with what their study knows of them, and measured for drift."""
