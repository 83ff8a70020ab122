"""Form fields for texts by researchers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import URLValidator

LONGEST_TEXT = 20_000
"""Maximum number of characters in a text for participants."""


def offer(form: forms.BaseForm, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Let the form's field ``name``, one with choices, offer these."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} offers no choices.")
    field.choices = list(choices)


class LongText(forms.CharField):
    """Text over several lines, stored as typed, but with Python's line ends instead of the browser's.

    Seeds and imports depend on the exact text of goals, so submitting an unchanged form must change nothing.
    """

    def __init__(self, *, rows: int = 8, max_length: int = LONGEST_TEXT, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")

    def clean(self, value: Any) -> str:
        """Return the text, or an empty one if it is blank."""
        return super().clean("" if isinstance(value, str) and not value.strip() else value) or ""


class Lines(LongText):
    """A list of texts, one per line; blank lines are ignored."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        return split_lines(super().clean(value))


class WayBack(forms.URLField):
    """The address to which people are sent at the end, usually a recruitment platform's."""

    def __init__(self, *, help_text: str) -> None:
        super().__init__(
            label="Redirect address",
            required=False,
            max_length=200,
            assume_scheme="https",
            validators=[URLValidator(["http", "https"])],
            help_text=help_text,
        )


class Ticks(forms.MultipleChoiceField):
    """A choice of texts that the same form may have changed. The form itself checks the values."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, required=False, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return True


def preview_beside(name: str, address: str) -> dict[str, str]:
    """Return the attributes that make ``address`` preview the text of this name while it is being typed."""
    return {
        "hx-post": address,
        "hx-trigger": "input changed delay:400ms",
        "hx-target": f"#preview-{name}",
        "hx-params": f"csrfmiddlewaretoken,{name}",
    }


def split_lines(text: str) -> list[str]:
    """Return the lines that are not blank, stripped."""
    return [line.strip() for line in text.splitlines() if line.strip()]
