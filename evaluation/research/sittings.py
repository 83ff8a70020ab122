"""Models that judge beside people: which could, which do, and how to set them to it."""

from dataclasses import dataclass

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dialogue.model_config import ModelSpec
from evaluation.judges.results import JudgedModel
from evaluation.judges.sittings import SittingLine, pause_sitting, queue_sitting, read_sittings, request_sitting
from evaluation.models import Evaluation, Sitting
from evaluation.research.rates import Rate
from simulation.requests import RequestError
from studies.language_models.catalogue import Catalogue, provider_of, read_catalogue
from studies.presentation import describe_model

__all__ = ["SittingForm", "SittingLine", "SittingResult", "change_sittings", "read_sitting_results", "read_sittings"]


class SittingForm(forms.Form):
    """Any configured model can judge."""

    model = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose a model."})

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.catalogue: Catalogue = read_catalogue()
        choices = [(spec.name, _described(spec)) for spec in self.catalogue.models.values()]
        self.fields["model"].choices = choices  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class SittingResult:
    """What a model that judges says about one inquirer's model, told as people's results are."""

    judged: JudgedModel

    @property
    def undetected(self) -> Rate:
        return Rate(self.judged.verdicts - self.judged.detected, self.judged.verdicts)

    @property
    def consistent(self) -> Rate:
        return Rate(self.judged.consistent, self.judged.both)


def read_sitting_results(evaluation: Evaluation) -> list[tuple[SittingLine, list[SittingResult]]]:
    """The sittings that have said something already, with what they say about each inquirer's model."""
    return [(line, [SittingResult(one) for one in line.models]) for line in read_sittings(evaluation) if line.models]


def change_sittings(evaluation: Evaluation, action: str, name: str) -> str:
    """Lets the model called ``name`` judge ("ask"), or starts or pauses the sitting of that token; says what was done.

    Raises RequestError in a sentence.
    """
    if action == "ask":
        queue_sitting(request_sitting(evaluation, name))
        return f"{name} judges as soon as a worker is free."
    sitting = Sitting.objects.filter(evaluation=evaluation, token=name).first()
    if sitting is None or action not in ("start", "pause"):
        raise RequestError("There is no such sitting: nothing was changed.")
    if action == "start":
        queue_sitting(sitting)
        return f"{sitting.model} goes on as soon as a worker is free."
    pause_sitting(sitting)
    return f"{sitting.model} pauses. What it said is kept."


def _described(spec: ModelSpec) -> SafeString:
    """The model, and who else reads what people wrote."""
    name = describe_model(spec)
    provider = provider_of(spec.name)
    return (
        format_html('{} <span class="quiet">· the dialogues are sent to {}</span>', name, provider)
        if provider
        else name
    )
