"""A researcher's own pairs for training and attention checks, as a file."""

import json
import tomllib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from evaluation.planning.known_pairs import check_known_pairs
from studies.files.record_values import made_storable

LARGEST = 1024 * 1024


def read_known_pairs(file: "UploadedFile[bytes]") -> list[dict[str, Any]]:
    """The pairs in it: a JSON list, or a list of tables in TOML, [[pairs]]. Raises ValidationError in sentences."""
    if (file.size or 0) > LARGEST:
        raise ValidationError("This file has more than one megabyte: take fewer pairs.")
    pairs = _parse(file.read(), is_json=(file.name or "").lower().endswith(".json"))
    if isinstance(pairs, dict):
        pairs = next((value for value in pairs.values() if isinstance(value, list)), [])
    if not pairs:
        raise ValidationError("This file holds no pairs: give it a list of them, [[pairs]] in TOML.")
    check_known_pairs(pairs)
    found: list[dict[str, Any]] = pairs
    return found


def _parse(content: bytes, *, is_json: bool) -> Any:
    """Return the content of the file, with characters that databases cannot store replaced by U+FFFD, as in all imports."""
    try:
        text = content.decode("utf-8-sig")
        return made_storable(json.loads(text) if is_json else tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # also what is nested too deep, and numbers of thousands of digits
        kind = "JSON" if is_json else "TOML"
        raise ValidationError(f"This file cannot be read as {kind} in UTF-8: {error}.") from error
