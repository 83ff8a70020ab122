"""Words as the search compares them: folded, so that letter case and accents do not matter."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

LONGEST_WORD = 100
"""Characters of a word that count. PostgreSQL refuses words of two thousand bytes."""
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    r"\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Japanese syllables and Chinese characters: writing without spaces between words."""
_MARKS = r"\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u065f\u0670"
"""Accents and vowel points of Latin, Greek, Cyrillic, Hebrew and Arabic, which belong to the letter in front of them."""
_RUNS = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:[^\W_{_UNSPACED}]|[{_MARKS}])+")
_PARTS = re.compile(r"[^\W_]+")


class Word(NamedTuple):
    """A folded word and its place in the text. ``is_unspaced``: one or two characters of writing without spaces.

    A tuple, because a page of results makes tens of thousands.
    """

    folded: str
    start: int
    end: int
    is_unspaced: bool = False


def find_words(text: str) -> Iterator[Word]:
    """Yield the words of the text in order.

    Where writing has no spaces, each two neighbouring characters are a word, and so is the last one by itself: then every
    part of the text can be found, a single character as the beginning of a word.
    """
    for run in _RUNS.finditer(text):
        if run["unspaced"]:
            yield from _pairs(run[0], run.start())
        else:
            for part in _fold(run[0]):
                yield Word(part, run.start(), run.end())


def fold_words(text: str) -> Iterator[str]:
    """Yield the folded words of ``find_words`` alone, without their places. ASCII needs only its case folded, in a sixth of
    the time."""
    if text.isascii():
        return (word[:LONGEST_WORD] for word in _PARTS.findall(text.lower()))
    return (word.folded for word in find_words(text))


def _pairs(run: str, start: int) -> Iterator[Word]:
    for place, pair in enumerate(map("".join, pairwise(run)), start=start):
        for part in _fold(pair):
            yield Word(part, place, place + 2, is_unspaced=True)
    end = start + len(run)
    for part in _fold(run[-1]):
        yield Word(part, end - 1, end, is_unspaced=True)


@lru_cache(maxsize=50_000)
def _fold(run: str) -> tuple[str, ...]:
    """Return the run without letter case, accents and compatibility forms; usually it is one word."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", run).casefold())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return tuple(part[:LONGEST_WORD] for part in _PARTS.findall(bare))
