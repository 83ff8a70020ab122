"""The form that stores a prompt set from a TOML file."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from dialogue.prompt_file import InvalidPrompts, read_prompts
from studies.editor.fields import LongText
from studies.models import PromptVersion
from studies.prompt_sets.versions import PromptSetRefused, store_version

MOST_BYTES = 200_000


class ImportForm(forms.Form):
    """A prompt set as text or as a file, which then becomes the text, so that a mistake can be corrected on the page."""

    name = forms.CharField(
        max_length=50,
        help_text="Small letters, digits and hyphens. If the set exists, the text becomes its latest version.",
    )
    file = forms.FileField(label="TOML file", required=False, help_text="Its content replaces the text below.")
    text = LongText(label="Or its text", required=False, rows=16, max_length=MOST_BYTES)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(_with_file(data, files), files, label_suffix="")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text:
            raise forms.ValidationError("Choose a file, or paste its text here.")
        try:
            read_prompts(text)
        except InvalidPrompts as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def store(self, author: User) -> PromptVersion | None:
        """Store the set, or return None after adding the mistake to the form."""
        if not self.is_valid():
            return None
        try:
            return store_version(self.cleaned_data["name"], self.cleaned_data["text"], author)
        except PromptSetRefused as error:
            self.add_error("name", str(error))
            return None


def _with_file(data: Any, files: Any) -> Any:
    """Return the submitted data with the file's content as the text."""
    file = files.get("file") if files else None
    if file is None or file.size > MOST_BYTES:
        return data
    changed = data.copy()
    changed["text"] = file.read().decode("utf-8-sig", "replace")
    return changed
