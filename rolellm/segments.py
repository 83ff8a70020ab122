"""Segments of a profile, for script-based triplets (appendix B)."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rolellm.languages import Language, length
from rolellm.rounds import Row
from rolellm.scripts.turns import NARRATOR

LEAST_WORDS: dict[Language, int] = {"en": 500, "zh": 1000}
LEAST_TURNS = 4
LONGEST_TURN = 500
MOST_WORDS = 2000
MOST_SEGMENTS = 100


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive turns of a profile, without those that are too long; rows are numbered from 0."""

    first_row: int
    rows: tuple[Row, ...]
    words: int
    last_row: int

    @property
    def turns(self) -> int:
        return len(self.rows)

    @property
    def text(self) -> str:
        """Return the segment as prompts show it: a turn a line, narration marked, without line breaks inside turns.

        The paper does not show how segments are written.
        """
        return "\n".join(f"{_shown(row.role)}: {' '.join(row.content.split())}" for row in self.rows)


_Measured = tuple[int, Row, int]
"""A row with its number and its length."""


def cut(rows: Sequence[Row], language: Language) -> list[Segment]:
    """Return the segments of a profile: at least 500 words (1,000 characters) and 4 turns each, whatever acts they span.

    Turns of more than 500 words (characters) are dropped. Turns are added in order until a segment is long enough; what is
    left joins the last segment, from whose end whole turns are dropped if it exceeds 2,000 words. A profile that is too short
    for one segment has none. The paper states the limits, but not how it cuts.
    """
    measured = [(number, row, length(row.content, language)) for number, row in enumerate(rows)]
    pieces = list(_pieces([each for each in measured if each[2] <= LONGEST_TURN], language))
    return [_segment(piece) for piece in pieces]


def sample(segments: Sequence[Segment], seed: int) -> list[Segment]:
    """Return at most 100 segments, drawn at random and in order."""
    if len(segments) <= MOST_SEGMENTS:
        return list(segments)
    drawn = random.Random(seed).sample(range(len(segments)), MOST_SEGMENTS)
    return [segments[number] for number in sorted(drawn)]


def _pieces(turns: list[_Measured], language: Language) -> Iterator[list[_Measured]]:
    closed: list[_Measured] = []
    current: list[_Measured] = []
    for turn in turns:
        current.append(turn)
        if _words(current) >= LEAST_WORDS[language] and len(current) >= LEAST_TURNS:
            if closed:
                yield closed
            closed, current = current, []
    if closed:
        yield closed + current


def _segment(piece: list[_Measured]) -> Segment:
    while _words(piece) > MOST_WORDS:
        piece = piece[:-1]
    return Segment(piece[0][0], tuple(row for _, row, _ in piece), _words(piece), piece[-1][0])


def _words(piece: list[_Measured]) -> int:
    return sum(words for _, _, words in piece)


def _shown(role: str) -> str:
    return "(narration)" if role == NARRATOR else role
