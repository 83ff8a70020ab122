"""Lexical diversity (paper, section 3.2, table 2)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

TOKENISATION = "lower-cased words: runs of letters, digits and underscores, inner apostrophes kept"
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True)
class Diversity:
    """Type-token ratio and distinct-1 and -2; None if there is nothing to count."""

    ttr: float | None
    distinct_1: float | None
    distinct_2: float | None


def words(text: str) -> list[str]:
    """Return the words of ``text`` (see TOKENISATION)."""
    return _WORD.findall(text.lower())


def measure(utterances: Iterable[str]) -> Diversity:
    """Return the diversity of several utterances taken together.

    TTR (Zipf) is word types over words. Distinct-n (Li et al. 2016) is distinct n-grams over n-grams, counted within
    utterances, so that no n-gram joins two of them; distinct-1 therefore equals the TTR.
    """
    texts = [words(utterance) for utterance in utterances]
    types = list(chain.from_iterable(texts))
    return Diversity(_share(types), _distinct(texts, 1), _distinct(texts, 2))


def _distinct(texts: Sequence[Sequence[str]], n: int) -> float | None:
    return _share([tuple(text[start : start + n]) for text in texts for start in range(len(text) - n + 1)])


def _share(items: Sequence[object]) -> float | None:
    return len(set(items)) / len(items) if items else None
