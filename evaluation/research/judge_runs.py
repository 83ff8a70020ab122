"""Model judges: the choice of models, their progress, and starting and pausing them."""

from dataclasses import dataclass

from django import forms
from django.contrib.auth.models import User
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dialogue.model_config import ModelSpec
from dialogue.rates import Rate
from evaluation.judges.judge_runs import MODEL_JUDGEMENTS, request_judge_run
from evaluation.judges.results import JudgedModel, JudgeRunLine, read_judge_runs
from evaluation.models import Evaluation, JudgeRun
from simulation.requests import RequestError
from studies.language_models.catalogue import Catalogue, provider_of, read_catalogue
from studies.presentation import describe_model

__all__ = [
    "JudgeRunForm",
    "JudgeRunLine",
    "JudgeRunResult",
    "change_judge_run",
    "read_judge_run_results",
    "read_judge_runs",
]


class JudgeRunForm(forms.Form):
    """A choice of any configured model but guards, which answer nothing else."""

    model = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose a model."})

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.catalogue: Catalogue = read_catalogue()
        choices = [(spec.name, _described(spec)) for spec in self.catalogue.models.values() if not spec.guard]
        self.fields["model"].choices = choices  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class JudgeRunResult:
    """A model judge's results about one inquirer model, in the same form as people's."""

    judged: JudgedModel

    @property
    def undetected(self) -> Rate:
        return Rate(self.judged.answered - self.judged.detected, self.judged.answered)

    @property
    def consistent(self) -> Rate:
        return Rate(self.judged.consistent, self.judged.both)


def read_judge_run_results(evaluation: Evaluation) -> list[tuple[JudgeRunLine, list[JudgeRunResult]]]:
    """Return the model judges that have results, with those about each inquirer model."""
    return [(line, [JudgeRunResult(one) for one in line.models]) for line in read_judge_runs(evaluation) if line.models]


def change_judge_run(evaluation: Evaluation, action: str, name: str, started_by: User) -> str:
    """Start a judge run of the model ``name`` ("ask"), or resume or pause the one with that token. Return a sentence.

    Raises RequestError.
    """
    if action == "ask":
        return _queue(request_judge_run(evaluation, name), "starts judging", started_by)
    judge_run = JudgeRun.objects.filter(evaluation=evaluation, token=name).first()
    if judge_run is None or action not in ("start", "pause"):
        raise RequestError("There is no such model judge. Nothing was changed.")
    if action == "start":
        return _queue(judge_run, "resumes", started_by)
    MODEL_JUDGEMENTS.pause(judge_run)
    return f"{judge_run.model} is paused. Its judgements are kept."


def _queue(judge_run: JudgeRun, what_it_does: str, started_by: User) -> str:
    MODEL_JUDGEMENTS.queue(judge_run, started_by)
    if judge_run.state == JudgeRun.State.FINISHED:
        return f"{judge_run.model} has no pairs left to judge."
    return f"{judge_run.model} {what_it_does} as soon as a worker is free."


def _described(spec: ModelSpec) -> SafeString:
    """Return the model for a choice, with the provider that receives the dialogues."""
    name = describe_model(spec)
    provider = provider_of(spec.name)
    return (
        format_html('{} <span class="quiet">· the dialogues are sent to {}</span>', name, provider)
        if provider
        else name
    )
