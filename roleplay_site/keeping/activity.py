"""Activity in a study that prevents archiving."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from collection.models import Recruitment
from evaluation.models import Evaluation, JudgeRun
from jobs.models import Job
from simulation.models import Branch
from studies.models import Dialogue, Study


def what_goes_on(study: Study) -> list[str]:
    """Return a sentence about each activity in the study, which says how to end it."""
    return [*_people(study), *_jobs(study), *_judging(study)]


def _people(study: Study) -> Iterator[str]:
    if Recruitment.objects.filter(study=study, is_open=True).exists():
        yield "It is open to participants. Close it on the page “Collect”."
    chats = study.dialogues.filter(kind=Dialogue.Kind.NATURAL, ended_at=None).count()
    if chats:
        are = "dialogue of a participant is" if chats == 1 else "dialogues of participants are"
        yield f"{chats} {are} in progress. Closing the study ends them."


def _jobs(study: Study) -> Iterator[str]:
    kinds: Mapping[str, QuerySet[Any]] = {
        "run": study.runs.all(),
        "branch": Branch.objects.filter(dialogue__study=study),
        "check by a guard": study.guard_runs.all(),
        "model judge": JudgeRun.objects.filter(evaluation__study=study),
        "judge of turns": study.turn_judgings.all(),
    }
    for name, jobs in kinds.items():
        if count := jobs.filter(state=Job.State.RUNNING).count():
            in_all = f" ({count} in all)" if count > 1 else ""
            yield f"A {name} is in progress{in_all}. Pause or cancel it first."


def _judging(study: Study) -> Iterator[str]:
    for evaluation in study.evaluations.filter(state=Evaluation.State.OPEN):
        yield f"The evaluation “{evaluation}” is open to evaluators. Close it."
