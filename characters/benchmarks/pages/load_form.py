"""The form that stores a small benchmark from a file."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from characters.benchmarks.loading import LONGEST_NAME, load_path
from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Benchmark
from rolellm.rolebench.rows import UnreadableBenchmark
from studies.editor.fields import Lines
from studies.storable_text import storable

MOST_MEGABYTES = 5


class LoadForm(forms.Form):
    """A file of RoleBench's rows, or of instructions with the roles that are to answer them."""

    name = forms.CharField(max_length=LONGEST_NAME)
    file = forms.FileField(
        help_text="Rows in RoleBench's format (.jsonl), or instructions: text with one on each line, or .jsonl with question "
        f"and answer. At most {MOST_MEGABYTES} MB.",
        error_messages={"required": "Choose a file."},
    )
    roles = Lines(
        required=False, rows=3, help_text="For instructions: the characters that are to answer them, one per line."
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_MEGABYTES * 1_000_000:
            raise forms.ValidationError(
                f"The file has {(file.size or 0) / 1e6:.0f} MB, and this page accepts at most {MOST_MEGABYTES} MB. On the "
                "server, use python manage.py rolebench load FILE --name NAME."
            )
        return file

    def store(self) -> Benchmark | None:
        """Store the benchmark, or return None after adding the mistake to the form."""
        if not self.is_valid():
            return None
        try:
            return self._load()
        except (UnreadableBenchmark, BenchmarkRefused) as error:
            self.add_error("name" if "already a benchmark" in str(error) else "file", str(error))
            return None

    def _load(self) -> Benchmark:
        """Load the upload from a file with its own ending, which says whether it is text."""
        uploaded: UploadedFile[bytes] = self.cleaned_data["file"]
        shown_as = storable(Path(uploaded.name or "file").name)
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"upload{Path(shown_as).suffix}"
            path.write_bytes(uploaded.read())
            try:
                return load_path(path, storable(self.cleaned_data["name"]), self.cleaned_data["roles"], None, shown_as)
            except UnreadableBenchmark as error:
                raise UnreadableBenchmark(str(error).replace(str(path), shown_as)) from error
