"""How evenly completed dialogues are spread over a study's conditions when people drop out."""
