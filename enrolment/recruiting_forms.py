"""Forms and links for recruiting platforms."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator

from studies.editor.fields import LongText, WayBack

PROLIFIC = "PROLIFIC_PID"
PROLIFIC_QUERY = "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
PARAMETER = RegexValidator(r"^[A-Za-z0-9_.-]+$", "Use only letters, digits, underscores, dots and hyphens.")
"""Accepts valid names of the parameter that identifies people."""


def platform_link(link: str, parameter: str) -> str:
    """Return the link to give to a recruiting platform, which inserts its participant ID."""
    return f"{link}?{PROLIFIC_QUERY if parameter == PROLIFIC else f'{parameter}=NAME'}"


class OutcomeForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """The text, completion code and redirect of one ending. Subclasses name the model and its standard text."""

    text = LongText(required=False, rows=3, help_text="Markdown.")
    redirect_url = WayBack(help_text="Where to send people, for example back to the recruiting platform.")

    class Meta:
        fields: ClassVar = ["text", "code", "redirect_url"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = f"Markdown. Empty: “{self.standard_text(self.instance.kind)}”"

    def standard_text(self, kind: str) -> str:
        """Return the text shown if researchers do not write one."""
        raise NotImplementedError
