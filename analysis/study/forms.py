"""The form for choosing the evaluations that count in an analysis."""

from collections.abc import Sequence
from typing import Any

from django import forms

from analysis.study.sources import Source

CLOSED_ONES = "By default, closed evaluations count."
OPEN_ONES = (
    f"{CLOSED_ONES} Answers in an open one may still change, and some may come from people who only tried its link. "
    "Choose it only for a first look."
)


class SourcesForm(forms.Form):
    """A choice among the evaluations that have been opened; those that count are selected."""

    evaluations = forms.TypedMultipleChoiceField(
        label="Evaluations that count",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "This study has no such evaluation. Choose from the list."},
    )

    def __init__(self, sources: Sequence[Source], data: Any = None) -> None:
        counted = [source.evaluation.number for source in sources if source.is_counted]
        super().__init__(data, initial={"evaluations": counted}, label_suffix="")
        field: Any = self.fields["evaluations"]
        field.help_text = OPEN_ONES if any(source.is_open for source in sources) else CLOSED_ONES
        field.choices = [(source.evaluation.number, str(source)) for source in sources]

    @property
    def is_needed(self) -> bool:
        """Return whether there is anything to choose."""
        field: Any = self.fields["evaluations"]
        return bool(field.choices)
