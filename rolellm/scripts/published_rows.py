"""Profile rows as RoleBench publishes them, an object on each line (appendix C (2))."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from rolellm.scripts.turns import Turn, UnreadableScript

_KEYS = {"act_id": int, "diag_id": int, "role": str, "content": str}


def parse(text: str) -> list[Turn]:
    """Return the turns in these JSON lines. Raises UnreadableScript with the number of the first line that is none."""
    turns = list(_turns(text))
    for number, (before, turn) in enumerate(pairwise(turns), start=2):
        if turn.scene < before.scene:
            raise UnreadableScript(
                f"Row {number} has act_id {turn.scene} after {before.scene}, but acts never go back. "
                "Put the rows in the order of the script."
            )
    return turns


def _turns(text: str) -> Iterator[Turn]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            row = _read(number, line)
            yield Turn(row["act_id"], row["role"].strip(), row["content"], row["diag_id"])


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableScript(
            f"Line {number} is not a JSON object. Write a profile row on each line of a .jsonl file."
        ) from error
    for key, kind in _KEYS.items():
        if not isinstance(row, dict) or type(row.get(key)) is not kind:
            meant = "a whole number" if kind is int else "text"
            raise UnreadableScript(f"Line {number} has no {key} that is {meant}. A profile row has {', '.join(_KEYS)}.")
    return dict(row)
