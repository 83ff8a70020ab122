"""A dialogue as one JSON object a line: the official implementation's keys, and ours beside them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from collection.models import Dialogue

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
    "first_token_seconds",
    "seconds",
    "stop_reason",
)


class InvalidRecord(ValueError):
    """A line that is not a dialogue; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Record:
    """What an import reads of a line. ``persona_id``, ``goal_number`` and ``seed`` are ours and may be missing."""

    line: int
    persona: str
    instruction: str
    turns: tuple[tuple[str, str], ...]
    persona_id: str | None
    goal_number: int | None
    seed: int | None
    ending: str


def write_records(dialogues: QuerySet[Dialogue]) -> Iterator[str]:
    """One line of JSON for each dialogue, streamed, with everything that was said and put out."""
    rows = dialogues.select_related("study", "goal", "persona").prefetch_related("turns", "outputs")
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
    }


def _read(number: int, line: str) -> Record:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidRecord(f"Line {number} is not JSON ({error.msg}): each line must be one dialogue.") from error
    try:
        return _parse(number, data)
    except KeyError as error:
        raise InvalidRecord(f"Line {number} lacks the key {error}: the official format has it.") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise InvalidRecord(f"Line {number} is not a dialogue in the official format ({error}).") from error


def _parse(number: int, data: dict[str, Any]) -> Record:
    turns = tuple((_text(turn["model_inquirer"]), _text(turn["model_responder"])) for turn in data["dialog"])
    if data["num_turns"] != len(turns):
        raise ValueError(f"num_turns is {data['num_turns']}, but there are {len(turns)} turns")
    return Record(
        line=number,
        persona=_text(data["persona"]),
        instruction=_text(data["sample"]["instruction"]),
        turns=turns,
        persona_id=data.get("persona_id"),
        goal_number=data.get("goal"),
        seed=data.get("seed"),
        ending=data.get("ending") or "",
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} should be text")
    return value
