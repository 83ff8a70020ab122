"""De-duplication of questions by BM25 (appendix B)."""

from collections.abc import Sequence
from dataclasses import dataclass

from rolellm.bm25 import Index
from rolellm.languages import Language, tokens

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


def sift(questions: Sequence[str], language: Language, threshold: float = THRESHOLD) -> Sifted:
    """Return which of a role's questions stay, in order: those less similar than ``threshold`` to all that stay before them.

    The similarity of a question to another is its BM25 score for it, divided by its score for itself; that of an exact
    repetition is 1, and repetitions always go.
    """
    documents = [tokens(question, language) for question in questions]
    index = Index(documents)
    kept: list[int] = []
    duplicates: list[Duplicate] = []
    for number, document in enumerate(documents):
        scores = index.scores(document)
        similarities = {each: _similarity(questions, scores, number, each) for each in kept}
        nearest = max(similarities, key=similarities.__getitem__, default=None)
        if nearest is None or similarities[nearest] < min(threshold, 1.0):
            kept.append(number)
        else:
            duplicates.append(Duplicate(number, nearest, similarities[nearest]))
    return Sifted(tuple(kept), tuple(duplicates))


def _similarity(questions: Sequence[str], scores: Sequence[float], number: int, other: int) -> float:
    if questions[number].strip() == questions[other].strip():
        return 1.0
    return scores[other] / scores[number] if scores[number] else 0.0
