"""Shared parts of model fields."""

from collections.abc import Callable
from typing import Any, get_args

from django.core.exceptions import ValidationError


def choices_of(literal: Any) -> list[tuple[str, str]]:
    return [(value, value.replace("_", " ")) for value in get_args(literal)]


def check_field(name: str, check: Callable[..., None], *values: Any) -> None:
    """Attach the validation errors of ``check`` to the field ``name``."""
    try:
        check(*values)
    except ValidationError as error:
        raise ValidationError({name: error.error_list}) from error
