"""Turns in a line of JSON: their texts and, for a person's turn, how it was created."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db.models import Prefetch

from studies.files.record_values import checked, optional, storable
from studies.models import Dialogue, Generation, Turn, Typing

TRY_FIELDS = ("attempt", "state", "text", "raw", "message")


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """One turn of a line, with the additions of our export: token counts and, for a person's turn, how it was created.

    ``typing`` is None if it was not recorded; ``tries`` are the chatbot's attempts.
    """

    utterance: str
    response: str
    utterance_tokens: int | None = None
    response_tokens: int | None = None
    state: str = Turn.State.COMPLETE
    typing: dict[str, Any] | None = None
    tries: tuple[dict[str, Any], ...] = ()


def turns_with_tries() -> "Prefetch[str]":
    """Return the ``prefetch_related`` argument with which turns can be written without further queries."""
    turns = Turn.objects.select_related("typing").prefetch_related("generations").order_by("position")
    return Prefetch("turns", turns)


def write_turn(turn: Turn, *, is_imported: bool) -> dict[str, Any]:
    """Return the parts of a person's turn without an official key: its state, how it was typed, all attempts at a reply.

    The times of an imported turn are left out, because they are those of the import.
    """
    typing = getattr(turn, "typing", None)
    return {
        "turn": turn.position,
        "state": turn.state,
        "sent_at": None if is_imported else turn.created_at.isoformat(),
        "typing": None if typing is None else {name: getattr(typing, name) for name in Typing.MEASURES},
        "tries": [_write_try(one, is_imported=is_imported) for one in turn.generations.all()],
    }


def _write_try(one: Generation, *, is_imported: bool) -> dict[str, Any]:
    times = (None, None) if is_imported else (one.created_at, one.ended_at)
    started_at, ended_at = (at and at.isoformat() for at in times)
    return {name: getattr(one, name) for name in TRY_FIELDS} | {"started_at": started_at, "ended_at": ended_at}


def read_turns(data: dict[str, Any]) -> tuple[RecordedTurn, ...]:
    """Return the turns of a line. Raises KeyError, TypeError, ValueError or ValidationError."""
    turns = tuple(_read_turns(data))
    if [turn.state for turn in turns].count(Turn.State.PENDING) > 1:
        raise ValueError("two turns are waiting for a reply at the same time")
    if any(len({one["attempt"] for one in turn.tries}) < len(turn.tries) for turn in turns):
        raise ValueError("two attempts at the same reply have the same number")
    return turns


def _read_turns(data: dict[str, Any]) -> Iterator[RecordedTurn]:
    dialog = [checked(turn, dict) for turn in checked(data["dialog"], list)]
    _refuse_disorder([turn.get("turn") for turn in dialog])
    tokens, natural = (checked(data.get(key) or [], list)[: len(dialog)] for key in ("tokens", "natural_turns"))
    nothing: dict[str, Any] = {}
    for turn, counted, more in zip_longest(dialog, tokens, natural, fillvalue=nothing):
        yield RecordedTurn(
            checked(turn["model_inquirer"], str),
            checked(turn["model_responder"], str),
            storable(Turn, "utterance_tokens", optional(counted.get("prompt"), int)),
            storable(Turn, "response_tokens", optional(counted.get("response"), int)),
            storable(Turn, "state", more.get("state", Turn.State.COMPLETE)),
            _typing(optional(more.get("typing"), dict)),
            tuple(_try(checked(one, dict)) for one in checked(more.get("tries") or [], list)),
        )


def _refuse_disorder(numbers: list[Any]) -> None:
    """Raise ValueError if turns are numbered, but not in the order of the line, which is the order in which they are stored."""
    known = [checked(number, int) for number in numbers if number is not None]
    if known != sorted(set(known)):
        raise ValueError(f"its turns are numbered {', '.join(map(str, known))}, so their order is unclear")


def save_recorded_turns(dialogue: Dialogue, recorded: Sequence[RecordedTurn], at: datetime) -> None:
    """Store imported turns. No process works on them, so an unfinished attempt counts as interrupted."""
    turns = Turn.objects.bulk_create(
        Turn(
            dialogue=dialogue,
            position=position,
            utterance=one.utterance,
            response=one.response,
            utterance_tokens=one.utterance_tokens,
            response_tokens=one.response_tokens,
            state=one.state,
        )
        for position, one in enumerate(recorded)
    )
    stored = list(zip(turns, recorded, strict=True))
    Typing.objects.bulk_create(Typing(turn=turn, **one.typing) for turn, one in stored if one.typing is not None)
    Generation.objects.bulk_create(_over(turn, tried, at) for turn, one in stored for tried in one.tries)


def _over(turn: Turn, tried: dict[str, Any], at: datetime) -> Generation:
    state = Generation.State.INTERRUPTED if tried["state"] in Generation.IN_FLIGHT else tried["state"]
    return Generation(turn=turn, lease_until=at, ended_at=at, **tried | {"state": state})


def _typing(typing: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if typing is None else {name: storable(Typing, name, typing[name]) for name in Typing.MEASURES}


def _try(data: dict[str, Any]) -> dict[str, Any]:
    given = {"raw": ""} | data  # earlier exports lack it
    return {name: storable(Generation, name, given[name]) for name in TRY_FIELDS}
