"""English and Chinese: what counts as a word in each."""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from dialogue import lexical

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


def detect(texts: Iterable[str]) -> Language:
    """Return the language of the texts taken together: Chinese if they have more Han characters than Latin letters."""
    balance = sum(len(_HAN.findall(text)) - len(_LATIN.findall(text)) for text in texts)
    return "zh" if balance > 0 else "en"


def length(text: str, language: Language) -> int:
    """Return the number of words between white space; in Chinese, of characters that are no white space."""
    words = text.split()
    return len(words) if language == "en" else sum(map(len, words))


def tokens(text: str, language: Language) -> list[str]:
    """Return what BM25 compares: lower-cased words, inner apostrophes kept; in Chinese, characters that are no white space."""
    return lexical.words(text) if language == "en" else list("".join(text.lower().split()))
