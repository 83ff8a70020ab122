"""The form for choosing the evaluations that count in an analysis."""

from collections.abc import Sequence
from typing import Any

from django import forms

from analysis.study.sources import Source

MODEL = "model"
WORDS = {
    MODEL: "inquirer models",
    "elicitation": "elicitations",
    "character": "characters",
    "responder_character": "responders’ characters",
    "condition": "conditions",
}
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

    by = forms.MultipleChoiceField(
        label="What the mixed models compare",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each combination of what you choose is compared with all others.",
        error_messages={"invalid_choice": "The dialogues of this study do not differ in this. Choose from the list."},
    )

    def __init__(
        self,
        sources: Sequence[Source],
        data: Any = None,
        *,
        factors: Sequence[str] = (),
        compared: Sequence[str] = (),
    ) -> None:
        counted = [source.evaluation.number for source in sources if source.is_counted]
        super().__init__(data, initial={"evaluations": counted, "by": compared or [MODEL]}, label_suffix="")
        self._offer_factors(factors)
        field: Any = self.fields["evaluations"]
        field.help_text = OPEN_ONES if any(source.is_open for source in sources) else CLOSED_ONES
        field.choices = [(source.evaluation.number, str(source)) for source in sources]

    @property
    def factors(self) -> list[str]:
        """Return what the valid form asks to compare; empty for the inquirer models."""
        chosen: list[str] = self.cleaned_data.get("by", [])
        return [] if chosen == [MODEL] else chosen

    def _offer_factors(self, factors: Sequence[str]) -> None:
        """Offer the ``factors`` beside the inquirer model, or no choice without any."""
        if not factors:
            del self.fields["by"]
            return
        field: Any = self.fields["by"]
        field.choices = [(name, WORDS[name]) for name in (MODEL, *factors)]

    @property
    def is_needed(self) -> bool:
        """Return whether there is anything to choose."""
        field: Any = self.fields["evaluations"]
        return bool(field.choices)
