"""Lexical diversity (paper, section 3.2, table 2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

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


@dataclass(slots=True)
class DiversityCounter:
    """Counts the words of utterances that arrive one by one; it keeps only different words and pairs of words.

    TTR (Zipf) is word types over words. Distinct-n (Li et al. 2016) is distinct n-grams over n-grams, counted within
    utterances, so that no n-gram joins two of them; distinct-1 therefore equals the TTR.
    """

    words: int = 0
    pairs: int = 0
    _word_types: set[str] = field(default_factory=set)
    _pair_types: set[tuple[str, str]] = field(default_factory=set)

    def add(self, utterance: str) -> None:
        """Count one utterance."""
        found = words(utterance)
        self.words += len(found)
        self.pairs += max(0, len(found) - 1)
        self._word_types.update(found)
        self._pair_types.update(pairwise(found))

    def include(self, other: "DiversityCounter") -> None:
        """Count all that ``other`` has counted."""
        self.words += other.words
        self.pairs += other.pairs
        self._word_types |= other._word_types
        self._pair_types |= other._pair_types

    @property
    def diversity(self) -> Diversity:
        """Return the diversity of all counted utterances taken together."""
        ttr = len(self._word_types) / self.words if self.words else None
        return Diversity(ttr, ttr, len(self._pair_types) / self.pairs if self.pairs else None)


def measure(utterances: Iterable[str]) -> Diversity:
    """Return the diversity of several utterances taken together."""
    counter = DiversityCounter()
    for utterance in utterances:
        counter.add(utterance)
    return counter.diversity
