"""The pages of characters: the list, one character, and the forms that import and write them."""
