"""What is wrong with a long form, so that its top can lead to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True, slots=True)
class Mistake:
    """A sentence, and the id of where on the page it is put right; empty where the whole form is meant."""

    anchor: str
    words: str


def list_mistakes(form: forms.BaseForm, name: str = "") -> Iterator[Mistake]:
    """The mistakes in the form's fields, called by ``name`` and their labels."""
    for field in form:
        for error in field.errors:
            yield Mistake(field.id_for_label or str(field.auto_id), f"{name}{field.label}: {error}")


def list_row_mistakes(rows: Any, anchor: str, noun: str, key: str) -> Iterator[Mistake]:
    """The mistakes of a formset, and of those of its rows that stay; a row is called by what its field ``key`` says."""
    for error in rows.non_form_errors():
        yield Mistake(anchor, str(error))
    for row in rows:
        if not row["DELETE"].value():
            yield from list_mistakes(row, f"{noun} {_named(row[key].value())}, ")


def _named(value: object) -> str:
    return str(value or "").strip() or "(new)"
