"""A dialogue as one JSON object a line: the official implementation's keys, and ours beside them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from collection.models import ENDINGS, Dialogue, Output, Turn
from collection.record_values import checked, described, finite, optional, refuse_unstorable, storable
from collection.turn_records import RecordedTurn, read_turns, turns_with_tries, write_turn

OUTPUT_FIELDS = (
    "position",
    "side",
    "attempt",
    "verdict",
    "raw",
    "text",
    "prompts_found",
    "is_self_reply",
    "left_out",
    "prompt_tokens",
    "completion_tokens",
    "thought_characters",
    "thought_tokens",
    "first_token_seconds",
    "seconds",
    "stop_reason",
)

ADDED_LATER = {"thought_characters", "thought_tokens"}
"""Output fields that earlier exports lack."""


class InvalidRecord(ValueError):
    """A line that is not a dialogue; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Record:
    """What an import reads of a line. All from ``persona_id`` on is ours and may be missing.

    ``inquirer`` is {} for a person, and None when the line does not say who asked.
    """

    line: int
    persona: str
    instruction: str
    turns: tuple[RecordedTurn, ...]
    persona_id: str | None = None
    kind: str | None = None
    is_unfinished: bool = False
    goal_number: int | None = None
    seed: int | None = None
    ending: str = ""
    inquirer: dict[str, Any] | None = None
    responder: dict[str, Any] = field(default_factory=dict)
    outputs: tuple[dict[str, Any], ...] = ()


def write_records(dialogues: QuerySet[Dialogue]) -> Iterator[str]:
    """One line of JSON for each dialogue, streamed, with everything that was said and put out."""
    rows = dialogues.select_related("study", "goal", "persona").prefetch_related(turns_with_tries(), "outputs")
    for dialogue in rows.iterator(chunk_size=100):
        yield json.dumps(_record(dialogue), ensure_ascii=False) + "\n"


def read_records(lines: Iterable[str]) -> list[Record]:
    """All dialogues in ``lines``; blank lines are passed over. Raises InvalidRecord for the first bad one."""
    return [_read(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _record(dialogue: Dialogue) -> dict[str, Any]:
    turns = list(dialogue.turns.all())
    return {
        "persona": dialogue.persona_sentence,
        "sample": {"instruction": dialogue.goal.text},
        "num_turns": len(turns),
        "dialog": [
            {"turn": turn.position, "model_inquirer": turn.utterance, "model_responder": turn.response}
            for turn in turns
        ],
        "dialogue": dialogue.token,
        "study": dialogue.study.slug,
        "kind": dialogue.kind,
        "persona_id": dialogue.persona.code,
        "features": dialogue.persona.features,
        "goal": dialogue.goal.number,
        "domain": dialogue.goal.domain,
        "inquirer": dialogue.inquirer,
        "responder": dialogue.responder,
        "seed": dialogue.seed,
        "ending": dialogue.ending,
        "started_at": dialogue.started_at.isoformat(),
        "ended_at": dialogue.ended_at.isoformat() if dialogue.ended_at else None,
        "tokens": [{"prompt": turn.utterance_tokens, "response": turn.response_tokens} for turn in turns],
        "outputs": [{name: getattr(output, name) for name in OUTPUT_FIELDS} for output in dialogue.outputs.all()],
    } | _natural(dialogue, turns)


def _natural(dialogue: Dialogue, turns: list[Turn]) -> dict[str, Any]:
    """How a person's turns came about; nothing of simulated ones, whose outputs tell it."""
    if dialogue.kind != Dialogue.Kind.NATURAL:
        return {}
    return {"natural_turns": [write_turn(turn, is_imported=bool(dialogue.imported_from)) for turn in turns]}


def _read(number: int, line: str) -> Record:
    try:
        data = json.loads(line, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError) as error:
        raise InvalidRecord(f"Line {number} is not JSON ({error}): each line must be one dialogue.") from error
    try:
        return _parse(number, data)
    except KeyError as error:
        raise InvalidRecord(f"Line {number} lacks the key {error}: the official format has it.") from error
    except (TypeError, AttributeError, ValueError, OverflowError) as error:
        raise InvalidRecord(f"Line {number} is not a dialogue in the official format ({error}).") from error
    except ValidationError as error:
        reason = error.messages[0].rstrip(".")
        raise InvalidRecord(f"Line {number} is not a dialogue in the official format ({reason}).") from error


def _parse(number: int, data: dict[str, Any]) -> Record:
    refuse_unstorable(data)
    turns = read_turns(data)
    if data["num_turns"] != len(turns):
        raise ValueError(f"num_turns is {data['num_turns']}, but there are {len(turns)} turns")
    outputs = [_output(output) for output in _outputs(data)]
    if len({(output["position"], output["side"], output["attempt"]) for output in outputs}) < len(outputs):
        raise ValueError("two outputs have the same position, side and attempt")
    return Record(
        line=number,
        persona=checked(data["persona"], str),
        instruction=checked(data["sample"]["instruction"], str),
        turns=turns,
        persona_id=optional(data.get("persona_id"), str),
        kind=_known_kind(data.get("kind")),
        is_unfinished="ended_at" in data and data["ended_at"] is None,
        goal_number=optional(data.get("goal"), int),
        seed=storable(Dialogue, "seed", optional(data.get("seed"), int)),
        ending=_known_ending(data.get("ending") or ""),
        inquirer=described(data.get("inquirer")),
        responder=described(data.get("responder")) or {},
        outputs=tuple(outputs),
    )


def _outputs(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [checked(output, dict) for output in checked(data.get("outputs") or [], list)]


def _output(output: dict[str, Any]) -> dict[str, Any]:
    known = (name for name in OUTPUT_FIELDS if name in output or name not in ADDED_LATER)
    return {name: storable(Output, name, output[name]) for name in known}


def _known_kind(kind: Any) -> str | None:
    if kind is not None and kind not in Dialogue.Kind.values:
        raise ValueError(f"unknown kind {kind!r}")
    return optional(kind, str)


def _known_ending(ending: str) -> str:
    if ending and ending not in dict(ENDINGS):
        raise ValueError(f"unknown ending {ending!r}")
    return ending
