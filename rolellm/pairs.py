"""Question and answer pairs of a profile, the demonstrations of RoleGPT (section 2.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rolellm.bm25 import Index
from rolellm.languages import Language, length, tokens
from rolellm.rounds import Row
from rolellm.scripts.turns import NARRATOR

LONGEST_SIDE = 150
BEST = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """What was said to the role and what it answered, in round ``diag_id``."""

    diag_id: int
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A pair with its BM25 score for an instruction."""

    pair: Pair
    score: float


def pairs(rows: Sequence[Row], name: str, language: Language) -> list[Pair]:
    """Return the pairs of a profile, in order.

    The question is the last turn of another speaker in the round, or the narrator's if nobody else speaks. Pairs with an
    empty side or one of more than 150 words (in Chinese: characters) are left out, and so are repeated answers. The paper
    says only that pairs come from the profile.
    """
    unique: dict[str, Pair] = {}
    for pair in _all_pairs(rows, name):
        if all(0 < length(side, language) <= LONGEST_SIDE for side in (pair.question, pair.answer)):
            unique.setdefault(pair.answer.strip(), pair)
    return list(unique.values())


class Demonstrations:
    """The pairs of one profile, indexed by question and answer together."""

    def __init__(self, found: Sequence[Pair], language: Language) -> None:
        self._pairs = tuple(found)
        self._language = language
        self._index = Index([tokens(f"{pair.question} {pair.answer}", language) for pair in found])

    def best(self, instruction: str, number: int = BEST) -> list[Retrieved]:
        """Return the pairs most similar to the instruction, best first; ties by position."""
        scores = self._index.scores(tokens(instruction, self._language)).tolist()
        order = sorted(range(len(scores)), key=lambda position: -scores[position])
        return [Retrieved(self._pairs[position], scores[position]) for position in order[:number]]


def _all_pairs(rows: Sequence[Row], name: str) -> Iterator[Pair]:
    for number, group in groupby(rows, lambda row: row.diag_id):
        *before, answer = group
        others = [row for row in before if row.role not in (name, NARRATOR)]
        asked = others or [row for row in before if row.role == NARRATOR]
        if asked:
            yield Pair(number, asked[-1].content, answer.content)
