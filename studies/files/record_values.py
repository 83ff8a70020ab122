"""Checks of values from a line of JSON, so that the database can store them."""

import json
import math
from typing import Any, TypeVar

from django.db.models import Model

from dialogue.names import plain_name
from studies import storable_text as characters

T = TypeVar("T")

LONGEST_NAME = 100
"""Maximum length of a model's name, as in the table of runs."""
MOST_LEVELS = 20
"""Maximum nesting depth of a line; our own export needs six levels."""
_KINDS: dict[type, str] = {str: "text", int: "a whole number", dict: "an object", list: "a list"}
"""The JSON names of Python's types."""


def checked(value: Any, kind: type[T]) -> T:
    """Return the value if it is of this kind. Raises TypeError."""
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{json.dumps(value)[:80]} should be {_KINDS[kind]}")
    return value


def optional(value: Any, kind: type[T]) -> T | None:
    """Return the value if it is of this kind or missing. Raises TypeError."""
    return None if value is None else checked(value, kind)


def finite(number: str) -> float:
    """Return the number. Raises ValueError for NaN, Infinity and 1e999, which Python reads but PostgreSQL refuses."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} is not a finite number")
    return value


def storable(model: type[Model], name: str, value: Any) -> Any:
    """Return the value if the database can store it in this field. Raises ValidationError or ValueError."""
    field: Any = model._meta.get_field(name)
    if value is None and field.null:
        return None
    cleaned = field.clean(value, None)
    return finite(value) if isinstance(cleaned, float) and isinstance(value, str) else cleaned


def described(speaker: Any) -> dict[str, Any] | None:
    """Return a line's entry about a model, with a plain name, or None. Raises TypeError or ValueError."""
    found = optional(speaker, dict)
    name = plain_name(checked((found or {}).get("model", ""), str))
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a model's name has more than {LONGEST_NAME} characters")
    return found | {"model": name} if found and name else found


def made_storable(data: Any, levels: int = MOST_LEVELS) -> Any:
    """Return a JSON value in which all texts, including keys, are storable: other characters become U+FFFD, as in simulations.

    Raises ValueError for more than ``levels``.
    """
    if isinstance(data, str):
        return characters.storable(data)
    if not isinstance(data, list | dict):
        return data
    if levels == 0:
        raise ValueError(f"it is nested deeper than {MOST_LEVELS} levels")
    if isinstance(data, list):
        return [made_storable(value, levels - 1) for value in data]
    return {characters.storable(key): made_storable(value, levels - 1) for key, value in data.items()}
