"""The form in which researchers write how a person leaves: the text, the completion code and the redirect."""

from typing import Any, ClassVar

from django import forms

from studies.editor.fields import LongText, WayBack


class OutcomeForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """The text, completion code and redirect of one ending. Subclasses name the model and its standard text."""

    text = LongText(required=False, rows=3, help_text="Markdown.")
    redirect_url = WayBack(help_text="Where to send people, for example back to the recruitment platform.")

    class Meta:
        fields: ClassVar = ["text", "code", "redirect_url"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = f"Markdown. Empty: “{self.standard_text(self.instance.kind)}”"

    def standard_text(self, kind: str) -> str:
        """Return the text shown if researchers do not write one."""
        raise NotImplementedError
