"""Words that are in no dictionary: typing errors and chat spellings."""

import re
from functools import cache, lru_cache

from spellchecker import SpellChecker

from dialogue.lexical import words

_CODE = re.compile(r"```.*?(```|$)|`[^`]*`|https?://\S+|\b\w*[_\d]\w*\b|\b\w+\([^)]{0,200}\)", re.DOTALL)
"""What is not prose. The limit of a call's length keeps many unclosed brackets from being searched to the end of the text."""
_NAME = re.compile(r"(?<=[^.!?\n] )[A-Z]\w*|\b[A-Z]{2,}\b|\b[a-z]+[A-Z]\w*")
SHORTEST = 3
"""Letters of the shortest word that is looked up: dictionaries contain nearly every shorter one."""


def misspelt_share(text: str, known_text: str, language: str) -> float | None:
    """Return the share of the text's words that neither the dictionary of ``language`` nor ``known_text`` has.

    Left out are code, addresses, names (capitals within a sentence), words with digits and words of fewer than SHORTEST
    letters. None if no word is left.
    """
    plain = _NAME.sub(" ", _CODE.sub(" ", text))
    looked_up = [word for word in words(plain.replace("’", "'")) if len(word) >= SHORTEST]
    known = frozenset(words(known_text.replace("’", "'")))
    if not looked_up:
        return None
    return sum(word not in known and not _is_known(word, language) for word in looked_up) / len(looked_up)


def has_dictionary(language: str) -> bool:
    """Return whether there is a dictionary of the language."""
    return language in SpellChecker.languages()


@lru_cache(maxsize=50_000)
def _is_known(word: str, language: str) -> bool:
    found = _dictionary(language)
    return word in found or word.removesuffix("'s") in found


@cache
def _dictionary(language: str) -> SpellChecker:
    return SpellChecker(language=language)
