"""A dialogue as one JSON object per line, with the official implementation's keys and additional ones."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet

from studies.files.annotations import annotations, write_annotations
from studies.files.person_answers import AnswersToExport
from studies.files.record_values import checked, described, finite, made_storable, optional, storable
from studies.files.turn_records import RecordedTurn, read_turns, turns_with_tries, write_turn
from studies.models import ENDINGS, Dialogue, GuardCheck, Output, Turn
from studies.recorded_roles import named_roles

_TEXT = r'\s*:\s*("(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+")'
_BEGINNING = re.compile(rf'\s*\{{\s*"persona"{_TEXT}\s*,\s*"sample"\s*:\s*\{{\s*"instruction"{_TEXT}')
_SEED = re.compile(r'"seed"\s*:\s*(-?\d{1,18})\b')
_MOST_QUOTED = 200
"""Characters."""
LONGEST_LINE = 50_000_000
"""Maximum number of bytes in a line; the longest dialogues have a few million."""
OUTPUT_KEYS = (
    "position",
    "side",
    "attempt",
    "verdict",
    "raw",
    "text",
    "prompts_found",
    "is_self_reply",
    "has_rest",
    "left_out",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "thought_characters",
    "thought_tokens",
    "unsent",
    "first_token_seconds",
    "seconds",
    "stop_reason",
)
_RENAMED = {"side": "speaker", "verdict": "status"}
OUTPUT_FIELDS = {key: _RENAMED.get(key, key) for key in OUTPUT_KEYS}
"""The field of Output for each key of a line."""
ADDED_LATER = {"has_rest", "cached_tokens", "thought_characters", "thought_tokens", "unsent"}
"""Output fields that earlier exports lack."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a line in a study: persona and goal."""

    persona: str
    instruction: str
    seed: int | None = None


class InvalidRecord(ValueError):
    """A line is not a dialogue; the message names the line and the mistake.

    ``place`` is its place as far as it can be read: the official format counts lines to distinguish personas.
    """

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True)
class Record:
    """The content of a line. Everything from ``persona_id`` on is our extension and may be missing.

    ``inquirer`` is {} for a person, and None if the line does not name the inquirer. ``is_mended``: characters that databases
    cannot store were replaced by U+FFFD.
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
    condition: str = ""
    outputs: tuple[dict[str, Any], ...] = ()
    survey: dict[str, Any] = field(default_factory=dict)
    is_mended: bool = False


def write_records(dialogues: QuerySet[Dialogue], *, takes_texts: bool = False) -> Iterator[str]:
    """Yield one line of JSON per dialogue, with all its turns and outputs, and with people's own words among their answers if
    ``takes_texts``."""
    rows = dialogues.select_related("study", "goal", "persona", "condition").prefetch_related(
        turns_with_tries(),
        "outputs",
        *annotations(),
        "persona__survey_answers",
        Prefetch("guard_checks", GuardCheck.objects.select_related("guard_run")),
    )
    told: dict[int, AnswersToExport] = {}
    for dialogue in rows.iterator(chunk_size=100):
        answers = told.setdefault(dialogue.study_id, AnswersToExport(dialogue.study, takes_texts))
        yield json.dumps(_record(dialogue, answers), ensure_ascii=False) + "\n"


def read_record(number: int, line: str | bytes) -> Record:
    """Return the dialogue in a line. Raises InvalidRecord."""
    if len(line) > LONGEST_LINE:
        reason = f"Line {number} is longer than {LONGEST_LINE // 1_000_000} MB. Each line must be one dialogue."
        raise InvalidRecord(reason, _salvaged(line))
    try:
        data = json.loads(line, parse_float=finite, parse_constant=finite)
    except UnicodeDecodeError as error:
        raise InvalidRecord(f"Line {number} is not UTF-8 text. Save the file in UTF-8.", _salvaged(line)) from error
    except (ValueError, RecursionError) as error:
        reason = f"Line {number} is not JSON ({_brief(str(error))}). Each line must be one dialogue."
        raise InvalidRecord(reason, _salvaged(line)) from error
    try:
        return _parse(number, data)
    except KeyError as error:
        reason = f"Line {number} lacks the key {error} of the official format."
        raise InvalidRecord(reason, _salvaged(line)) from error
    except (TypeError, AttributeError, ValueError, OverflowError) as error:
        reason = f"Line {number} is not a dialogue in the official format ({_brief(str(error))})."
        raise InvalidRecord(reason, _salvaged(line)) from error
    except ValidationError as error:
        reason = f"Line {number} is not a dialogue in the official format ({_brief(error.messages[0])})."
        raise InvalidRecord(reason, _salvaged(line)) from error


def _record(dialogue: Dialogue, answers: AnswersToExport) -> dict[str, Any]:
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
        "features": answers.features(dialogue.persona),
        "goal": dialogue.goal.number,
        "domain": dialogue.goal.domain,
        "inquirer": dialogue.inquirer,
        "responder": dialogue.responder,
        **named_roles(dialogue),
        "condition": str(dialogue.condition or ""),
        "seed": dialogue.seed,
        "ending": dialogue.ending,
        "started_at": dialogue.started_at.isoformat(),
        "ended_at": dialogue.ended_at.isoformat() if dialogue.ended_at else None,
        "tokens": [{"prompt": turn.utterance_tokens, "response": turn.response_tokens} for turn in turns],
        "outputs": [_written(output) for output in dialogue.outputs.all()],
        "guards": [_checked(check) for check in dialogue.guard_checks.all() if check.finished_at],
        **write_annotations(dialogue),
    } | _natural(dialogue, turns, answers)


def _written(output: Output) -> dict[str, Any]:
    return {key: getattr(output, field) for key, field in OUTPUT_FIELDS.items()}


def _checked(check: GuardCheck) -> dict[str, Any]:
    """Return what a guard found. It includes every answer of the guard."""
    configuration = check.guard_run.configuration
    found = {name: getattr(check, name) for name in ("verdict", "categories", "findings")}
    return {"guard": check.guard_run.model, "configuration": configuration} | found


def _natural(dialogue: Dialogue, turns: list[Turn], answers: AnswersToExport) -> dict[str, Any]:
    """Return how a person's turns were created, and their answers to the study's other questions, if it has any; empty for
    simulated dialogues, whose outputs contain this."""
    if dialogue.kind != Dialogue.Kind.NATURAL:
        return {}
    survey = {"survey": answers.survey(dialogue)} if answers.surveys else {}
    return survey | {"natural_turns": [write_turn(turn, is_imported=bool(dialogue.imported_from)) for turn in turns]}


def _parse(number: int, data: Any) -> Record:
    found, data = data, checked(made_storable(data), dict)
    turns = read_turns(data)
    if data["num_turns"] != len(turns):
        raise ValueError(f"num_turns is {data['num_turns']}, but there are {len(turns)} turns")
    outputs = [_output(output) for output in _outputs(data)]
    if len({(output["position"], output["speaker"], output["attempt"]) for output in outputs}) < len(outputs):
        raise ValueError("two outputs have the same position, speaker and attempt")
    return Record(
        line=number,
        persona=checked(data["persona"], str),
        instruction=checked(checked(data["sample"], dict)["instruction"], str),
        turns=turns,
        persona_id=optional(data.get("persona_id"), str),
        kind=_known_kind(data.get("kind")),
        is_unfinished="ended_at" in data and data["ended_at"] is None,
        goal_number=optional(data.get("goal"), int),
        seed=storable(Dialogue, "seed", optional(data.get("seed"), int)),
        ending=_known_ending(data.get("ending") or ""),
        inquirer=described(data.get("inquirer")),
        responder=described(data.get("responder")) or {},
        condition=optional(data.get("condition"), str) or "",
        outputs=tuple(outputs),
        survey=checked(data.get("survey") or {}, dict),
        is_mended=data != found,
    )


def _outputs(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [checked(output, dict) for output in checked(data.get("outputs") or [], list)]


def _output(output: dict[str, Any]) -> dict[str, Any]:
    known = {key: field for key, field in OUTPUT_FIELDS.items() if key in output or key not in ADDED_LATER}
    return {field: storable(Output, field, output[key]) for key, field in known.items()}


def _known_kind(kind: Any) -> str | None:
    if kind is not None and kind not in Dialogue.Kind.values:
        raise ValueError(f"unknown kind {kind!r}")
    return optional(kind, str)


def _known_ending(ending: str) -> str:
    if ending and ending not in dict(ENDINGS):
        raise ValueError(f"unknown ending {ending!r}")
    return ending


def _brief(what: str) -> str:
    """Return the message shortened, because it may quote a value as long as its line."""
    return (what if len(what) <= _MOST_QUOTED else f"{what[:_MOST_QUOTED]}…").rstrip(".")


def _salvaged(line: str | bytes) -> Place | None:
    """Return the place of a broken line, if it begins in the official format and has no id."""
    begun = _BEGINNING.match(line.decode("utf-8", "replace") if isinstance(line, bytes) else line)
    if begun is None or '"persona_id"' in begun.string:
        return None
    seed = _SEED.search(begun.string)
    return Place(json.loads(begun[1]), json.loads(begun[2]), int(seed[1]) if seed else None)
