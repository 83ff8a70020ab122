"""Model judges: the choice of models, their progress, and starting and pausing them."""

from dataclasses import dataclass

from django import forms
from django.contrib.auth.models import User
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dialogue.model_config import ModelSpec
from evaluation.judges.results import JudgedModel, SittingLine, read_sittings
from evaluation.judges.sittings import VERDICTS, request_sitting
from evaluation.models import Evaluation, Sitting
from evaluation.research.rates import Rate
from simulation.requests import RequestError
from studies.language_models.catalogue import Catalogue, provider_of, read_catalogue
from studies.presentation import describe_model

__all__ = ["SittingForm", "SittingLine", "SittingResult", "change_sittings", "read_sitting_results", "read_sittings"]


class SittingForm(forms.Form):
    """A choice of any configured model."""

    model = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose a model."})

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.catalogue: Catalogue = read_catalogue()
        choices = [(spec.name, _described(spec)) for spec in self.catalogue.models.values()]
        self.fields["model"].choices = choices  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class SittingResult:
    """A model judge's results about one inquirer model, in the same form as people's."""

    judged: JudgedModel

    @property
    def undetected(self) -> Rate:
        return Rate(self.judged.verdicts - self.judged.detected, self.judged.verdicts)

    @property
    def consistent(self) -> Rate:
        return Rate(self.judged.consistent, self.judged.both)


def read_sitting_results(evaluation: Evaluation) -> list[tuple[SittingLine, list[SittingResult]]]:
    """Return the model judges that have results, with those about each inquirer model."""
    return [(line, [SittingResult(one) for one in line.models]) for line in read_sittings(evaluation) if line.models]


def change_sittings(evaluation: Evaluation, action: str, name: str, started_by: User) -> str:
    """Start a new judge by the model ``name`` ("ask"), or start or pause the one with that token. Return a sentence.

    Raises RequestError.
    """
    if action == "ask":
        VERDICTS.queue(request_sitting(evaluation, name), started_by)
        return f"{name} starts judging as soon as a worker is free."
    sitting = Sitting.objects.filter(evaluation=evaluation, token=name).first()
    if sitting is None or action not in ("start", "pause"):
        raise RequestError("There is no such model judge. Nothing was changed.")
    if action == "start":
        VERDICTS.queue(sitting, started_by)
        return f"{sitting.model} resumes as soon as a worker is free."
    VERDICTS.pause(sitting)
    return f"{sitting.model} is paused. Its judgements are kept."


def _described(spec: ModelSpec) -> SafeString:
    """Return the model for a choice, with the provider that receives the dialogues."""
    name = describe_model(spec)
    provider = provider_of(spec.name)
    return (
        format_html('{} <span class="quiet">· the dialogues are sent to {}</span>', name, provider)
        if provider
        else name
    )
