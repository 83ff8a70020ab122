"""Rounds: the turns up to and including one of the role (appendices B, C (2) and H, note 18)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rolellm.scripts.turns import Turn


@dataclass(frozen=True, slots=True)
class Row:
    """A turn of a profile, as RoleBench publishes it: ``diag_id`` numbers rounds from 0, ``act_id`` acts or scenes."""

    act_id: int
    diag_id: int
    role: str
    content: str


def profile_rows(turns: Sequence[Turn], name: str) -> list[Row]:
    """Return the rows of the profile of the role that speaks as ``name``.

    Every round ends with the role and lies in one act; what follows the role's last turn in an act is left out.
    """
    rounds = (found for _, act in groupby(turns, _part) for found in _rounds(list(act), name))
    return [
        Row(turn.scene, number, turn.speaker, turn.content) for number, found in enumerate(rounds) for turn in found
    ]


def _part(turn: Turn) -> tuple[int, int | None]:
    """Return where a round must end: an act, and in published rows a round of the file."""
    return turn.scene, turn.round


def _rounds(act: list[Turn], name: str) -> Iterator[list[Turn]]:
    begin = 0
    for position, turn in enumerate(act, start=1):
        if turn.speaker == name:
            yield act[begin:position]
            begin = position
