"""The ranking in a judge's answer: any text may surround it, but the ranking itself must be exact."""

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Preference = Literal["first", "second", "tie"]
_KEYS = ("model", "reason", "rank")
_NUMBER = re.compile(r"(?:model|模型)?[\s_#-]*(\d+)", re.IGNORECASE)
_MOST_ENDS = 20
"""Closing brackets that may end a list: more belong to an output that repeats itself."""


class UnreadableVerdict(ValueError):
    """An answer that is not what was asked for; the message is a sentence that can be sent to the judge."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rank of each model, 1 for the best, and the judge's reason, in the order in which the judge saw the models."""

    ranks: tuple[int, ...]
    reasons: tuple[str, ...]

    @property
    def preference(self) -> Preference:
        """Return which of two models is preferred. The same rank for both is a tie."""
        first, second = self.ranks
        if first == second:
            return "tie"
        return "first" if first < second else "second"


def read_verdict(text: str, names: Sequence[str]) -> Verdict:
    """Return the last ranking in ``text``, because models think aloud first: a JSON list, or a Python list.

    Models may share a rank. Raises UnreadableVerdict.
    """
    found = [each for each in _lists(text) if any(isinstance(entry, dict) for entry in each)]
    if not found:
        raise UnreadableVerdict("It contains no list of rankings.")
    ranked: dict[str, tuple[int, str]] = {}
    for entry in found[-1]:
        name, rank, reason = _entry(entry, names)
        if name in ranked:
            raise UnreadableVerdict(f"{name} is ranked twice.")
        ranked[name] = rank, reason
    _check(ranked, names)
    return Verdict(tuple(ranked[name][0] for name in names), tuple(ranked[name][1] for name in names))


def _check(ranked: dict[str, tuple[int, str]], names: Sequence[str]) -> None:
    if left_out := [name for name in names if name not in ranked]:
        raise UnreadableVerdict(f"{left_out[0]} is not ranked.")
    if all(rank > 1 for rank, _ in ranked.values()):
        raise UnreadableVerdict("No model has rank 1.")


def _entry(entry: Any, names: Sequence[str]) -> tuple[str, int, str]:
    if not isinstance(entry, dict) or not all(key in entry for key in _KEYS):
        raise UnreadableVerdict(f"Each entry needs {', '.join(_KEYS[:-1])} and {_KEYS[-1]}.")
    name = _name(entry["model"], names)
    return name, _rank(entry["rank"], name, len(names)), str(entry["reason"]).strip()


def _name(said: Any, names: Sequence[str]) -> str:
    for name in names:
        if str(said).strip().casefold() == name.casefold():
            return name
    numbered = _NUMBER.fullmatch(str(said).strip())
    if numbered and 1 <= int(numbered[1]) <= len(names):
        return names[int(numbered[1]) - 1]
    raise UnreadableVerdict(f"There is no model {str(said)[:40]!r}. The models are {' and '.join(names)}.")


def _rank(said: Any, name: str, most: int) -> int:
    """Return the rank. A number as text counts, but no truth value, which Python takes for a number."""
    text = str(said).strip().removesuffix(".0")
    if isinstance(said, bool) or not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= most:
        raise UnreadableVerdict(f"The rank of {name} must be a whole number from 1 to {most}.")
    return int(text)


def _lists(text: str) -> Iterator[list[Any]]:
    """Yield the lists in ``text``, in order, and skip prose, code fences and what only looks like a list."""
    position = text.find("[")
    while position >= 0:
        found, end = _list_at(text, position)
        if found is not None:
            yield found
        position = text.find("[", end)


def _list_at(text: str, start: int) -> tuple[list[Any] | None, int]:
    """Return the list that begins at ``start`` and where it ends; None if none begins there."""
    try:
        found, end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return _python_list_at(text, start)
    return found, end


def _python_list_at(text: str, start: int) -> tuple[list[Any] | None, int]:
    end = start
    for _ in range(_MOST_ENDS):
        if (end := text.find("]", end) + 1) == 0:
            break
        try:
            return ast.literal_eval(text[start:end]), end
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return None, start + 1
