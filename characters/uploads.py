"""Small files that researchers upload on the pages of characters. Large ones are read by the commands, on the server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from studies.storable_text import storable

MOST_MEGABYTES = 5
_LONGEST_NAME = 200
"""Bytes of a file's name; file systems allow 255."""


class UploadField(forms.FileField):
    """A file up to a limit in megabytes; ``command`` reads larger ones."""

    def __init__(self, *, command: str, megabytes: int = MOST_MEGABYTES, **kwargs: Any) -> None:
        super().__init__(**{"error_messages": {"required": "Choose a file."}} | kwargs)
        self.command, self.megabytes = command, megabytes

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        self.check_size("The file has", [file] if file else [])
        return file

    def check_size(self, what: str, files: "Sequence[UploadedFile[bytes]]") -> None:
        """Raise ValidationError if the files are too large together."""
        size = sum(file.size or 0 for file in files)
        if size > self.megabytes * 1_000_000:
            raise forms.ValidationError(
                f"{what} {size / 1e6:.0f} MB, and this page accepts at most {self.megabytes} MB. On the server, use python"
                f" manage.py {self.command}."
            )


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadsField(UploadField):
    """Any number of files up to a limit in megabytes for all of them."""

    widget = _SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        files = [forms.FileField.clean(self, each, initial) for each in data or [None]]
        found = [file for file in files if file]
        self.check_size("The files have", found)
        return found


@contextmanager
def as_files(uploads: "Sequence[UploadedFile[bytes]]", *refusals: type[Exception]) -> Iterator[list[Path]]:
    """Yield the uploads as files in a temporary folder, with the names that they have on the researcher's machine.

    An error that is one of ``refusals`` then names a file without that folder.
    """
    with TemporaryDirectory() as folder:
        paths: list[Path] = []
        for number, upload in enumerate(uploads, start=1):
            path = Path(folder) / _name(upload)
            while path in paths:
                path = path.with_name(f"{number}-{path.name}")
            path.write_bytes(upload.read())
            paths.append(path)
        try:
            yield paths
        except refusals as error:
            raise type(error)(str(error).replace(f"{folder}/", "")) from error


def _name(upload: "UploadedFile[bytes]") -> str:
    """Return the file's name as file systems accept it; of a very long one the end, which says what kind of file it is."""
    name = storable(Path(upload.name or "file").name)
    return name.encode()[-_LONGEST_NAME:].decode(errors="ignore")
