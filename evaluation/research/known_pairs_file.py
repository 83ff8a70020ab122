"""A file with a researcher's own pairs for training and attention checks."""

import json
import tomllib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from evaluation.planning.known_pairs import check_known_pairs
from studies.files.record_values import made_storable

LARGEST = 1024 * 1024


def read_known_pairs(file: "UploadedFile[bytes]") -> list[dict[str, Any]]:
    """Return the pairs in it: a JSON list, or a list of tables in TOML, [[pairs]]. Raises ValidationError."""
    if (file.size or 0) > LARGEST:
        raise ValidationError("This file is larger than 1 MB. Use fewer pairs.")
    pairs = _parse(file.read(), is_json=(file.name or "").lower().endswith(".json"))
    if isinstance(pairs, dict):
        pairs = next((value for value in pairs.values() if isinstance(value, list)), [])
    if not pairs:
        raise ValidationError("This file contains no pairs. Add a list of pairs, [[pairs]] in TOML.")
    check_known_pairs(pairs)
    found: list[dict[str, Any]] = pairs
    return found


def _parse(content: bytes, *, is_json: bool) -> Any:
    """Return the content of the file, with characters that databases cannot store replaced by U+FFFD, as in all imports."""
    try:
        text = content.decode("utf-8-sig")
        return made_storable(json.loads(text) if is_json else tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # includes too deep nesting, and numbers of thousands of digits
        kind = "JSON" if is_json else "TOML"
        raise ValidationError(f"This file cannot be read as {kind} in UTF-8: {error}.") from error
