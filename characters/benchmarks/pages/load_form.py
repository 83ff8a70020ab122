"""The form that stores a small benchmark from a file."""

from typing import Any

from django import forms

from characters.benchmarks.left_out import checked_choice
from characters.benchmarks.loading import LONGEST_NAME, load_path
from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Benchmark
from characters.uploads import MOST_MEGABYTES, UploadField, as_files
from rolellm.duplicates import THRESHOLD
from rolellm.general_instructions import MOST_WORDS, SEED, Choice
from rolellm.rolebench.rows import UnreadableBenchmark
from studies.editor.fields import Lines
from studies.storable_text import storable

_OF_CHOICE = ("most_words", "duplicate", "seed")


class LoadForm(forms.Form):
    """A file of RoleBench's rows, or of instructions with the roles that are to answer them, all or a choice."""

    name = forms.CharField(max_length=LONGEST_NAME)
    file = UploadField(
        command="rolebench load FILE --name NAME",
        help_text="Rows in RoleBench's format (.jsonl), or instructions: text with one on each line, or .jsonl with question "
        f"and answer. At most {MOST_MEGABYTES} MB.",
    )
    roles = Lines(
        required=False, rows=3, help_text="For instructions: the characters that are to answer them, one per line."
    )
    choose = forms.IntegerField(
        required=False,
        label="Number of instructions",
        help_text="Drawn at random from those that are short and do not repeat each other; the paper has 1,500. Empty: all.",
    )
    most_words = forms.IntegerField(
        initial=MOST_WORDS, label="Maximum words", help_text="Of an instruction with its answer; Chinese: characters."
    )
    duplicate = forms.FloatField(
        initial=THRESHOLD, label="Similarity of duplicates", help_text="BM25; a higher one keeps more instructions."
    )
    seed = forms.IntegerField(initial=SEED, min_value=0, max_value=2**63 - 1)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")

    @property
    def of_choice(self) -> list[forms.BoundField]:
        """Return the fields of the choice among instructions."""
        return [self[name] for name in ("choose", *_OF_CHOICE)]

    @property
    def is_choosing(self) -> bool:
        """Return whether any field of the choice was changed."""
        return self.is_bound and not {"choose", *_OF_CHOICE}.isdisjoint(self.changed_data)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("choose") is None and self.is_choosing and "choose" not in self.errors:
            self.add_error("choose", "Enter how many instructions to choose, or leave the other fields unchanged.")
        return values

    def store(self) -> Benchmark | None:
        """Store the benchmark, or return None after adding the mistake to the form."""
        if not self.is_valid():
            return None
        try:
            choice = self._choice()
        except BenchmarkRefused as error:
            self.add_error("choose", str(error))
            return None
        try:
            return self._load(choice)
        except (UnreadableBenchmark, BenchmarkRefused) as error:
            self.add_error("name" if "already a benchmark" in str(error) else "file", str(error))
            return None

    def _choice(self) -> Choice | None:
        values = self.cleaned_data
        if values["choose"] is None:
            return None
        return checked_choice(values["choose"], *(values[name] for name in _OF_CHOICE))

    def _load(self, choice: Choice | None) -> Benchmark:
        values = self.cleaned_data
        with as_files([values["file"]], UnreadableBenchmark) as [path]:
            return load_path(path, storable(values["name"]), values["roles"], choice=choice)
