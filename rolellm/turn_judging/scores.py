"""The scores in a judge's answer: any text may surround the JSON object, but the object itself must be exact."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rolellm.judging.verdicts import UnreadableVerdict

LOWEST, HIGHEST = 1, 5
CRITERIA = ("style", "knowledge")


class UnreadableScores(UnreadableVerdict):
    """An answer without both scores; the message is a sentence that can be sent to the judge."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How well an utterance keeps the style and the knowledge of the role, from LOWEST to HIGHEST, and why."""

    style: int
    knowledge: int
    reason: str = ""


def read_scores(text: str) -> Scores:
    """Return the last scores in ``text``, because models think aloud first. Raises UnreadableScores."""
    found = [each for each in _objects(text) if any(name in each for name in CRITERIA)]
    if not found:
        raise UnreadableScores("It contains no JSON object with the scores.")
    style, knowledge = (_score(found[-1], name) for name in CRITERIA)
    return Scores(style, knowledge, str(found[-1].get("reason", "")).strip())


def _score(found: dict[str, Any], name: str) -> int:
    """Return the score. A number as text counts, but no truth value, which Python takes for a number."""
    if name not in found:
        raise UnreadableScores(f"The score {name!r} is missing.")
    text = str(found[name]).strip().removesuffix(".0")
    is_whole = not isinstance(found[name], bool) and text.isascii() and text.isdigit()
    if not is_whole or len(text) > 2 or not LOWEST <= int(text) <= HIGHEST:
        raise UnreadableScores(f"The score {name!r} must be a whole number from {LOWEST} to {HIGHEST}.")
    return int(text)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the outermost JSON objects in ``text``, in order, and skip prose and what only looks like an object."""
    decoder, position = json.JSONDecoder(strict=False), text.find("{")
    while position >= 0:
        try:
            found, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            yield found
        position = text.find("{", end)
