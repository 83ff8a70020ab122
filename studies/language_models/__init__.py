"""The language models of this site: the list of them, their identities, and tests of their answers."""
