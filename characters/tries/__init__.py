"""A page on which models answer a question as a character in all three elicitations; nothing is stored."""
