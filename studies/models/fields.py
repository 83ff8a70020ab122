"""Shared parts of model fields."""

from collections.abc import Callable
from typing import Any, get_args

from django.core.exceptions import ValidationError


def choices_of(literal: Any) -> list[tuple[str, str]]:
    return [(value, value.replace("_", " ")) for value in get_args(literal)]


def check_field(name: str, check: Callable[..., None], *values: Any) -> None:
    """Attach the validation errors of ``check`` to the field ``name``."""
    if errors := errors_of(check, *values):
        raise ValidationError({name: errors})


def errors_of(check: Callable[..., None], *values: Any) -> list[ValidationError]:
    """Return the validation errors that ``check`` raises for these values."""
    try:
        check(*values)
    except ValidationError as error:
        return list(error.error_list)
    return []
