"""Pairs with a known answer: for training, which reveals it afterwards, and attention checks, which never do."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from evaluation.models import Evaluation
from evaluation.reading import normalise
from studies.files.record_values import made_storable
from studies.languages import ENGLISH, TRANSLATED, name_language
from studies.storable_text import storable
from studies.texts import read_translated

ROLES = ("training", "check")
SIDES = ("natural", "simulated")
MOST_PAIRS = 100
MOST_TURNS = 50
MOST_CHARACTERS = 20_000
LARGEST_FILE = 1024 * 1024

KnownPair = Mapping[str, Any]


def shipped_pairs(language: str = ENGLISH) -> list[KnownPair]:
    """Return the built-in pairs in the language, or the English ones if there is no translation."""
    found: list[KnownPair] = read_translated("evaluation.data", "known_pairs", language)["pairs"]
    return found


def why_english_pairs(language: str) -> str:
    """Return a sentence for researchers whose study has another language than the built-in pairs; empty if it has not."""
    if language in TRANSLATED:
        return ""
    return (
        f"There are no built-in pairs in {name_language(language)}, so upload your own, or evaluators see English ones."
    )


def known_pairs_of(evaluation: Evaluation, role: str) -> list[KnownPair]:
    """Return the pairs in that role: the evaluation's own if it has any in any role, or the built-in ones in its language."""
    language = evaluation.study.language if evaluation.study_id else ENGLISH
    return [pair for pair in evaluation.known_pairs or shipped_pairs(language) if pair["role"] == role]


def check_known_pairs(value: Any) -> None:
    """Raise ValidationError, one sentence per fault, unless this is a list of known pairs, which may be empty.

    A pair is {"role": "training" or "check", "goal", "persona", "natural": [[prompt, answer], ...], "simulated": the same,
    "feedback": the explanation after training, "reveals": the numbers of the utterances that it is about}.
    """
    if not isinstance(value, list) or len(value) > MOST_PAIRS:
        raise ValidationError(
            f"The training pairs and attention checks must be a list of at most {MOST_PAIRS} pairs, each with the keys "
            f"{_LISTED}."
        )
    faults = [fault for number, pair in enumerate(value, 1) for fault in _faults(pair, f"Pair {number}")]
    if faults:
        raise ValidationError(faults)


def read_known_pairs(file: "UploadedFile[bytes]") -> list[dict[str, Any]]:
    """Return the pairs in an uploaded file: a JSON list, or a list of tables in TOML, [[pairs]]. Raises ValidationError."""
    if (file.size or 0) > LARGEST_FILE:
        raise ValidationError("This file is larger than 1 MB. Use fewer pairs.")
    pairs = _parse(file.read(), is_json=(file.name or "").lower().endswith(".json"))
    if isinstance(pairs, dict):
        pairs = next((value for value in pairs.values() if isinstance(value, list)), [])
    if not pairs:
        raise ValidationError("This file contains no pairs. Add a list of pairs, [[pairs]] in TOML.")
    check_known_pairs(pairs)
    found: list[dict[str, Any]] = pairs
    return found


_KEYS = ("role", "goal", "persona", *SIDES, "feedback", "reveals")
_LISTED = ", ".join(_KEYS)


def _faults(pair: Any, name: str) -> Iterator[str]:
    """Yield the faults of one pair, in sentences that begin with ``name``."""
    if not isinstance(pair, dict):
        yield f"{name} must be an object with the keys {_LISTED}."
        return
    if pair.get("role") not in ROLES:
        yield f'{name} must have the role "training" or "check".'
    if unknown := [str(key) for key in pair if key not in _KEYS]:
        yield f"{name} has an unknown key {unknown[0]!r}. Known keys are {_LISTED}."
    for key in ("goal", "persona", "feedback"):
        is_needed = key != "feedback" or pair.get("role") == "training" or pair.get(key)
        if is_needed and not _is_text(pair.get(key)):
            yield f"{name} must have {key!r}: a string of at most {MOST_CHARACTERS} characters."
    for side in SIDES:
        if not _is_dialogue(pair.get(side)):
            yield f"{name} must have {side!r}: 1 to {MOST_TURNS} turns, each a list of a prompt and its answer."
    if not _are_numbers(pair.get("reveals", []), pair.get("simulated")):
        yield f"{name} must have 'reveals', if any, as a list of utterance numbers of the simulated dialogue, counted from 1."


def _are_numbers(value: Any, dialogue: Any) -> bool:
    """Return whether the value lists numbers of turns in the dialogue."""
    numbers = range(1, len(dialogue) + 1 if isinstance(dialogue, list) else 1)
    return isinstance(value, list) and all(type(one) is int and one in numbers for one in value)


def _is_dialogue(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST_TURNS and all(_is_turn(turn) for turn in value)


def _is_turn(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(_is_text(said) for said in value)


def _is_text(value: Any) -> bool:
    """Return whether this is visible text that every database can store, without halves of surrogate pairs."""
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        return False
    return bool(normalise(value).strip()) and storable(value) == value


def _parse(content: bytes, *, is_json: bool) -> Any:
    """Return the content of the file, with characters that databases cannot store replaced by U+FFFD, as in all imports."""
    try:
        text = content.decode("utf-8-sig")
        return made_storable(json.loads(text) if is_json else tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # includes too deep nesting, and numbers of thousands of digits
        kind = "JSON" if is_json else "TOML"
        raise ValidationError(f"This file cannot be read as {kind} in UTF-8: {error}.") from error
