"""A dialogue as one JSON object a line: the official implementation's keys, and ours beside them."""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from collection.models import ENDINGS, Dialogue, Output, Turn

T = TypeVar("T")

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


LONGEST_NAME = 100
"""Characters of a model's name: what a run has room for."""
MOST_LEVELS = 20
"""How deep a line may be nested; our own export needs six levels."""


class InvalidRecord(ValueError):
    """A line that is not a dialogue; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """One turn of a line, with the token counts that our own export adds."""

    utterance: str
    response: str
    utterance_tokens: int | None = None
    response_tokens: int | None = None


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
        data = json.loads(line, parse_float=_finite, parse_constant=_finite)
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
    for text in _texts(data):
        _refuse_unstorable(text)
    turns = tuple(_turns(data["dialog"], data.get("tokens") or []))
    if data["num_turns"] != len(turns):
        raise ValueError(f"num_turns is {data['num_turns']}, but there are {len(turns)} turns")
    outputs = [{name: _storable(Output, name, output[name]) for name in OUTPUT_FIELDS} for output in _outputs(data)]
    if len({(output["position"], output["side"], output["attempt"]) for output in outputs}) < len(outputs):
        raise ValueError("two outputs have the same position, side and attempt")
    return Record(
        line=number,
        persona=_checked(data["persona"], str),
        instruction=_checked(data["sample"]["instruction"], str),
        turns=turns,
        persona_id=_optional(data.get("persona_id"), str),
        kind=_known_kind(data.get("kind")),
        is_unfinished="ended_at" in data and data["ended_at"] is None,
        goal_number=_optional(data.get("goal"), int),
        seed=_storable(Dialogue, "seed", _optional(data.get("seed"), int)),
        ending=_known_ending(data.get("ending") or ""),
        inquirer=_described(data.get("inquirer")),
        responder=_described(data.get("responder")) or {},
        outputs=tuple(outputs),
    )


def _outputs(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [_checked(output, dict) for output in _checked(data.get("outputs") or [], list)]


def _turns(dialog: list[dict[str, Any]], tokens: list[dict[str, Any]]) -> Iterator[RecordedTurn]:
    nothing: dict[str, Any] = {}
    for turn, counted in zip_longest(dialog, tokens[: len(dialog)], fillvalue=nothing):
        yield RecordedTurn(
            _checked(turn["model_inquirer"], str),
            _checked(turn["model_responder"], str),
            _storable(Turn, "utterance_tokens", _optional(counted.get("prompt"), int)),
            _storable(Turn, "response_tokens", _optional(counted.get("response"), int)),
        )


def _checked(value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} should be of type {kind.__name__}")
    return value


def _finite(number: str) -> float:
    """Python reads NaN and Infinity, and 1e999 as such; JSON has none of them, and PostgreSQL takes none."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} is not a finite number")
    return value


def _texts(data: Any) -> list[str]:
    """All strings in a JSON value, keys too, level by level. Raises ValueError for more than MOST_LEVELS."""
    texts: list[str] = []
    level = [data]
    for _ in range(MOST_LEVELS):
        texts += [value for value in level if isinstance(value, str)]
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return texts
    raise ValueError(f"it is nested deeper than {MOST_LEVELS} levels")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _refuse_unstorable(text: str) -> None:
    """Raises ValueError for characters that no database takes: NUL and halves of surrogate pairs."""
    if "\x00" in text:
        raise ValueError("text with a NUL character")
    text.encode()


def _optional(value: Any, kind: type[T]) -> T | None:
    return None if value is None else _checked(value, kind)


def _storable(model: type[Model], name: str, value: Any) -> Any:
    """The value, if the database can hold it in this field. Raises ValidationError or ValueError."""
    field: Any = model._meta.get_field(name)
    cleaned = field.clean(value, None)
    return _finite(value) if isinstance(cleaned, float) and isinstance(value, str) else cleaned


def _described(side: Any) -> dict[str, Any] | None:
    """What a line says about a model, or None. Raises TypeError or ValueError."""
    described = _optional(side, dict)
    name = _checked((described or {}).get("model", ""), str)
    if len(name) > LONGEST_NAME:
        raise ValueError(f"the name of a model has more than {LONGEST_NAME} characters")
    return described


def _known_kind(kind: Any) -> str | None:
    if kind is not None and kind not in Dialogue.Kind.values:
        raise ValueError(f"unknown kind {kind!r}")
    return _optional(kind, str)


def _known_ending(ending: str) -> str:
    if ending and ending not in dict(ENDINGS):
        raise ValueError(f"unknown ending {ending!r}")
    return ending
