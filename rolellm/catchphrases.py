"""Catchphrases in what a role says."""

from collections.abc import Iterable

from rolellm.languages import Language, tokens


def says_catchphrase(text: str, catchphrases: Iterable[str], language: Language) -> bool:
    """Return whether the text contains one of the catchphrases: its words in a row, whatever the case and the punctuation."""
    said = _bare(text, language)
    return any(phrase in said for phrase in (_bare(one, language) for one in catchphrases) if phrase.strip())


def _bare(text: str, language: Language) -> str:
    """Return the words, or in Chinese the letters, between blanks, so that no phrase begins or ends within a word."""
    found = [token for token in tokens(text.replace("’", "'"), language) if any(map(str.isalnum, token))]
    return f" {' '.join(found)} "
