"""The form that requests a tuning."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.conf import settings

from characters.models import Benchmark, Character, Tuning
from characters.refusals import CharacterRefused
from characters.tuning.requests import request_tuning
from characters.tuning.sources import Sources
from characters.uploads import MOST_MEGABYTES, UploadField, UploadsField, as_files
from rolellm.tuning.recipe import InvalidRecipe, Recipe
from studies.editor.fields import Lines, offer
from studies.language_models.catalogue import read_catalogue

_STANDARD = Recipe()
NUMBERS = {
    "epochs": ("Epochs", "passes over all samples"),
    "rate": ("Learning rate", "rises over 4% of the steps, then falls along a cosine"),
    "batch": ("Batch", "samples computed at once; halved if memory runs out"),
    "accumulation": ("Accumulation", "batches in a step"),
    "rank": ("Rank", "of the LoRA"),
    "alpha": ("Alpha", "of the LoRA"),
    "dropout": ("Dropout", "of the LoRA; not stated in the paper"),
    "input_tokens": ("Input tokens", "samples with a longer input are left out"),
    "output_tokens": ("Output tokens", "longer responses are shortened"),
    "seed": ("Seed", "for the order of the samples, the LoRA and its dropout"),
}


class TuningForm(forms.Form):
    """Base model, rows and settings; the settings are pre-filled with the paper's."""

    name = forms.CharField(
        max_length=100, help_text="Also the adapter's name.", error_messages={"required": "Type a name."}
    )
    model = forms.ChoiceField(
        label="Base model", widget=forms.RadioSelect, error_messages={"required": "Choose a base model."}
    )
    benchmarks = forms.MultipleChoiceField(
        label="Training rows of benchmarks", widget=forms.CheckboxSelectMultiple, required=False
    )
    triplets = forms.MultipleChoiceField(
        label="Triplets of characters", widget=forms.CheckboxSelectMultiple, required=False
    )
    rows = UploadsField(
        command="rocit train --rows FILE",
        required=False,
        label="Files of rows",
        help_text=f"In RoleBench's format (.jsonl), for example train.jsonl; at most {MOST_MEGABYTES} MB together.",
    )
    roles = Lines(
        label="Roles, one per line", rows=3, required=False, help_text="Only rows of these roles. Empty: all roles."
    )
    descriptions = UploadField(
        command="rocit train --descriptions FILE",
        megabytes=2,
        required=False,
        help_text="A file such as desc.json, for roles without a stored description.",
    )
    variant = forms.ChoiceField(
        widget=forms.RadioSelect,
        initial=_STANDARD.variant,
        choices=[
            ("system", "system: the instruction alone names the role"),
            ("retrieval", "retrieval: pairs from the role's profile precede the input as well"),
        ],
    )
    markup = forms.ChoiceField(
        label="Chat template",
        widget=forms.RadioSelect,
        initial=_STANDARD.markup,
        choices=[("own", "the model's"), ("rolellm", "the paper's markup")],
    )
    modules = forms.ChoiceField(
        label="Matrices with a LoRA",
        widget=forms.RadioSelect,
        initial=_STANDARD.modules,
        choices=[("q and v", "queries and values"), ("all linear", "all linear ones")],
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")
        for name, (label, help_text) in NUMBERS.items():
            value = getattr(_STANDARD, name)
            kind = forms.IntegerField if isinstance(value, int) else forms.FloatField
            self.fields[name] = kind(label=label, help_text=help_text, initial=value)
        offer(self, "model", _bases())
        offer(self, "benchmarks", _trainable_benchmarks())
        offer(self, "triplets", _instructed_characters())

    @property
    def numbers(self) -> list[forms.BoundField]:
        """Return the fields with numbers."""
        return [self[name] for name in NUMBERS]

    def store(self) -> Tuning | None:
        """Store the tuning and return it, or None after adding the mistake to the form."""
        if not self.is_valid():
            return None
        values = self.cleaned_data
        try:
            recipe = Recipe(**{name: values[name] for name in (*NUMBERS, "variant", "markup", "modules")})
            with self._sources() as sources:
                return request_tuning(settings.MODELS_FILE, values["name"], values["model"], sources, recipe)
        except (CharacterRefused, InvalidRecipe) as error:
            self.add_error(None, str(error))
            return None

    @contextmanager
    def _sources(self) -> Iterator[Sources]:
        """Yield where the rows come from; the uploads exist as files meanwhile."""
        values = self.cleaned_data
        descriptions = [values["descriptions"]] if values["descriptions"] else []
        with as_files(descriptions, CharacterRefused) as described, as_files(values["rows"], CharacterRefused) as rows:
            yield Sources(
                files=tuple(rows),
                benchmarks=tuple(values["benchmarks"]),
                triplets_of=tuple(values["triplets"]),
                roles=tuple(values["roles"]),
                descriptions=described[0] if described else None,
            )


def _bases() -> list[tuple[str, str]]:
    """Return the models that can be tuned."""
    specs = read_catalogue().models.values()
    fit = [spec for spec in specs if spec.backend == "transformers" and not spec.adapter and not spec.guard]
    return [(spec.name, f"{spec.name} {spec.label}".strip()) for spec in fit]


def _trainable_benchmarks() -> list[tuple[str, str]]:
    names = Benchmark.objects.filter(rows__use="train").distinct().values_list("name", flat=True)
    return [(name, name) for name in names]


def _instructed_characters() -> list[tuple[str, str]]:
    having = Character.objects.filter(instructions__calls__triplets__split="train")
    return [(name, name) for name in having.distinct().values_list("name", flat=True)]
