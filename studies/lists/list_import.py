"""The page that imports a list: nothing is stored before a researcher has seen what was understood."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from studies.lists.entries import UnreadableList, decode
from studies.lists.kinds import ListKind
from studies.models import Study

LONGEST = 2_000_000
"""Maximum number of characters in a list, and of bytes in a file."""


class ListForm(forms.Form):
    """A list that is pasted or in a file; a chosen file counts."""

    file = forms.FileField(
        required=False, allow_empty_file=True, label="File", help_text="CSV, TXT or JSONL, in UTF-8."
    )
    text = forms.CharField(
        required=False,
        strip=False,
        max_length=LONGEST,
        label="Or paste the list",
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    replace = forms.TypedChoiceField(
        label="Existing entries",
        choices=[("", "Keep them and add these"), ("yes", "Replace them")],
        coerce=bool,
        required=False,
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        """Return the values, with the file's text as ``text``."""
        file = self.cleaned_data.get("file")
        if file and file.size > LONGEST:
            raise ValidationError(f"The file has {file.size / 1e6:.0f} MB. A list may have {LONGEST / 1e6:.0f} MB.")
        if file:
            self.cleaned_data["text"] = decode(file.read())
        return self.cleaned_data


class ListImport:
    """A list in the course of its import. ``understood`` are its entries, unsaved; ``mistakes`` why there are none."""

    def __init__(self, study: Study, kind: ListKind, data: Any = None, files: Any = None) -> None:
        self.study, self.kind = study, kind
        self.understood: list[Any] = []
        self.mistakes: list[str] = []
        self.form = ListForm(data, files)
        self.is_confirmed = data is not None and "store" in data
        if data is not None:
            self._read()

    @property
    def text(self) -> str:
        """Return the text that was read, so that confirming stores exactly what was shown."""
        return str(getattr(self.form, "cleaned_data", {}).get("text", ""))

    @property
    def has_present(self) -> bool:
        """Return whether the study has entries that the list could replace."""
        return any(True for _ in self.kind.present(self.study))

    @property
    def replaces(self) -> bool:
        return bool(getattr(self.form, "cleaned_data", {}).get("replace"))

    @property
    def rows(self) -> list[Sequence[object]]:
        """Return the cells of what was understood."""
        return [self.kind.cells(entry) for entry in self.understood]

    def store(self) -> bool:
        """Store what was understood and return True; or return False with a mistake, having stored nothing."""
        if not self.understood:
            return False
        try:
            self.kind.store(self.study, self.understood, replace=self.replaces)
        except ValidationError as error:
            self.mistakes += error.messages
            return False
        return True

    def _read(self) -> None:
        try:
            if self.form.is_valid():
                self.understood = self.kind.read(self.study, self.text, self.replaces)
            else:
                self.mistakes = [str(error) for errors in self.form.errors.values() for error in errors]
        except UnreadableList as error:
            self.mistakes = [str(error)]
        except ValidationError as error:
            self.mistakes = error.messages
