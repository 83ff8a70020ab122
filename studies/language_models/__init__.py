"""The language models of this site: which there are, what identifies them, whether they answer."""
