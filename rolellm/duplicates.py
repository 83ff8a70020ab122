"""De-duplication of questions by BM25 (appendix B)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rolellm.bm25 import Index
from rolellm.languages import Language, tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

THRESHOLD = 0.5
"""The similarity from which a question is a duplicate.

The paper states none. On RoleBench's published questions, .45 separates training and test questions best.
"""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A question that is left out, and the earlier one that it repeats; both are numbered from 0."""

    number: int
    original: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Sifted:
    """The numbers of the questions that stay, and the others with their reason."""

    kept: tuple[int, ...]
    duplicates: tuple[Duplicate, ...]


def sift(questions: Sequence[str], language: Language, threshold: float = THRESHOLD, most: int | None = None) -> Sifted:
    """Return which of the questions stay, in order: those less similar than ``threshold`` to all that stay before them.

    The similarity of a question to another is its BM25 score for it, divided by its score for itself; that of an exact
    repetition is 1, and repetitions always go. As soon as ``most`` questions stay, the rest is in neither list.
    """
    documents = [tokens(question, language) for question in questions]
    index = Index(documents)
    kept: list[int] = []
    places: dict[str, int] = {}
    duplicates: list[Duplicate] = []
    for number, document in enumerate(documents):
        if len(kept) == most:
            break
        text = questions[number].strip()
        similarities = _similarities(index.scores(document), number, kept, places.get(text))
        nearest = int(similarities.argmax()) if kept else None
        if nearest is None or similarities[nearest] < min(threshold, 1.0):
            places[text] = len(kept)
            kept.append(number)
        else:
            duplicates.append(Duplicate(number, kept[nearest], float(similarities[nearest])))
    return Sifted(tuple(kept), tuple(duplicates))


def _similarities(
    scores: "NDArray[np.float64]", number: int, kept: list[int], repeated: int | None
) -> "NDArray[np.float64]":
    """Return the similarity of a question to each kept one, of which the one in place ``repeated`` is the same question."""
    similarities = scores[kept] / (scores[number] or 1.0)
    if repeated is not None:
        similarities[repeated] = 1.0
    return similarities
