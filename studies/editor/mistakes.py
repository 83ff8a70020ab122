"""The mistakes in a long form, listed at its top with links to the fields."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True, slots=True)
class Mistake:
    """A sentence, and the id of the element to correct; empty if the mistake concerns the whole form."""

    anchor: str
    words: str


def list_mistakes(form: forms.BaseForm, name: str = "") -> Iterator[Mistake]:
    """Return the mistakes in the form's fields. Each begins with ``name`` and the field's label."""
    for field in form:
        for error in field.errors:
            yield Mistake(field.id_for_label or str(field.auto_id), f"{name}{field.label}: {error}")


def list_row_mistakes(rows: Any, anchor: str, noun: str, key: str) -> Iterator[Mistake]:
    """Return the mistakes of a formset and of its remaining rows. A row is named by the value of its field ``key``."""
    for error in rows.non_form_errors():
        yield Mistake(anchor, str(error))
    for row in rows:
        if not row["DELETE"].value():
            name = f"{noun} {_named(row[key].value())}"
            yield from (Mistake(row[key].id_for_label, f"{name}: {error}") for error in row.non_field_errors())
            yield from list_mistakes(row, f"{name}, ")


def _named(value: object) -> str:
    return str(value or "").strip() or "(new)"
