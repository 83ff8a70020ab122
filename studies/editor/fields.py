"""Form fields for what researchers write."""

from typing import Any

from django import forms
from django.core.validators import URLValidator

LONGEST_TEXT = 20_000
"""Characters of a text that participants read."""


class LongText(forms.CharField):
    """Text over several lines, kept as it was written, with the line ends that Python knows: browsers send others.

    Goals are part of what seeds and imports depend on: a form that is sent as it was shown must change nothing.
    """

    def __init__(self, *, rows: int = 8, max_length: int = LONGEST_TEXT, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")

    def clean(self, value: Any) -> str:
        """Blank is empty."""
        return super().clean("" if isinstance(value, str) and not value.strip() else value) or ""


class Lines(LongText):
    """A list of texts, one a line; blank lines are passed over."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        return split_lines(super().clean(value))


class WayBack(forms.URLField):
    """Where to send people who are done, mostly back to a recruiting platform."""

    def __init__(self, *, help_text: str) -> None:
        super().__init__(
            label="Address",
            required=False,
            max_length=200,
            assume_scheme="https",
            validators=[URLValidator(["http", "https"])],
            help_text=help_text,
        )


class Ticks(forms.MultipleChoiceField):
    """Any of some texts that the same form may just have changed: what is none of them is judged elsewhere."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, required=False, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return True


def preview_beside(name: str, address: str) -> dict[str, str]:
    """Attributes with which ``address`` shows the text of this name under its field, while somebody writes it."""
    return {
        "hx-post": address,
        "hx-trigger": "input changed delay:400ms",
        "hx-target": f"#preview-{name}",
        "hx-params": f"csrfmiddlewaretoken,{name}",
    }


def split_lines(text: str) -> list[str]:
    """The lines that say something, without the spaces around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]
