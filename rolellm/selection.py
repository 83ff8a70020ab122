"""What becomes of triplets: filtered by confidence, de-duplicated, and divided into training and test (appendix B)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rolellm.duplicates import THRESHOLD, Duplicate, sift
from rolellm.languages import Language
from rolellm.triplets import Triplet

Fate = Literal["kept", "low", "repeat", "duplicate"]
Split = Literal["train", "test", ""]
MOST_TEST_QUESTIONS = 50
PAPER_LOW = 0.30
PAPER_DUPLICATES = 0.66
"""The shares of triplets that the paper's two steps removed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a triplet. ``original`` is the number of the kept one that it repeats or resembles, from 0.

    ``repeat`` is word for word the same question, ``low`` a triplet that the model itself doubts.
    """

    fate: Fate
    split: Split = ""
    original: int | None = None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many triplets each step removed, and how many different questions the test part has.

    ``malformed`` are parts of answers in which no triplet could be read; they are no candidates.
    """

    candidates: int
    low: int
    repeats: int
    duplicates: int
    kept: int
    test: int
    malformed: int = 0

    @property
    def high(self) -> int:
        return self.candidates - self.low

    @property
    def low_share(self) -> float | None:
        """Return the share of candidates that the filter removed, to compare with the paper's 30 %."""
        return self.low / self.candidates if self.candidates else None

    @property
    def duplicate_share(self) -> float | None:
        """Return the share of the others that de-duplication removed, to compare with the paper's 66 %."""
        return (self.repeats + self.duplicates) / self.high if self.high else None


@dataclass(frozen=True, slots=True)
class _Group:
    """A question with the numbers of all triplets that ask it, and its similarity to the training part."""

    similarity: float
    numbers: list[int] = field(default_factory=list)


def select(triplets: Sequence[Triplet], language: Language, threshold: float = THRESHOLD) -> list[Verdict]:
    """Return what becomes of each triplet of a role.

    Those of low confidence go. Of the others, those stay whose question is no duplicate of one before; they are for training.
    Questions filtered out as duplicates are the test set: the 50 least similar ones if there are more. A repetition of a
    training question is no test question, because a model would have learnt its answer by heart. The paper does not say
    whether its test questions repeat; in the published files 196 of 500 do.
    """
    high = [number for number, triplet in enumerate(triplets) if triplet.level == "high"]
    sifted = sift([triplets[number].question for number in high], language, threshold)
    verdicts = [Verdict("low")] * len(triplets)
    for position in sifted.kept:
        verdicts[high[position]] = Verdict("kept", "train")
    for found in sifted.duplicates:
        verdicts[high[found.number]] = _duplicate(triplets, high, found)
    for number in _test_questions(triplets, verdicts):
        verdicts[number] = replace(verdicts[number], split="test")
    return verdicts


def _duplicate(triplets: Sequence[Triplet], high: Sequence[int], found: Duplicate) -> Verdict:
    number, original = high[found.number], high[found.original]
    is_repeat = _asked(triplets[number]) == _asked(triplets[original])
    return Verdict("repeat" if is_repeat else "duplicate", "", original, found.similarity)


def _test_questions(triplets: Sequence[Triplet], verdicts: Sequence[Verdict]) -> list[int]:
    """Return the numbers of the triplets whose question belongs to the test part: a question counts once, however often it was
    generated."""
    groups: dict[str, _Group] = {}
    for number, verdict in enumerate(verdicts):
        if verdict.fate == "duplicate" and verdict.similarity is not None:
            groups.setdefault(_asked(triplets[number]), _Group(verdict.similarity)).numbers.append(number)
    least = sorted(groups.values(), key=lambda group: group.similarity)[:MOST_TEST_QUESTIONS]
    return [number for group in least for number in group.numbers]


def _asked(triplet: Triplet) -> str:
    return triplet.question.strip()
