"""Results of model judges, for comparison with people's."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from evaluation.answers import is_detected
from evaluation.inquirers import name_inquirer
from evaluation.models import Choice, Evaluation, JudgeRun, ModelJudgement, has_excluded
from jobs.heartbeats import IS_POSTPONED, IS_RENEWED, absent_worker, is_abandoned

Row = tuple[int, str, bool, str]
"""A finished judgement: pair, inquirer's model, whether the natural dialogue is first, choice."""


@dataclass(frozen=True, slots=True)
class JudgedModel:
    """A model judge's results about one inquirer model. Every pair is judged twice, once in each order of the sides.

    ``both`` counts the pairs that were answered in both orders; ``consistent`` counts those of them in which both answers chose
    the same dialogue, or both are "not sure".
    """

    name: str
    answered: int
    detected: int
    unanswered: int
    both: int
    consistent: int


@dataclass(frozen=True, slots=True)
class JudgeRunLine:
    """The progress of a judge run, ``done`` of ``total`` judgements, and its results about each inquirer model.

    ``absent_worker`` names the worker to start if no running worker serves the model. ``is_worked_on`` says whether any
    judgement is held or waits for the next attempt.
    """

    judge_run: JudgeRun
    done: int
    total: int
    models: tuple[JudgedModel, ...]
    absent_worker: str = ""
    is_worked_on: bool = False

    @property
    def model(self) -> str:
        return self.judge_run.model

    @property
    def is_abandoned(self) -> bool:
        """Return whether the terminal that judged was closed or stopped before it could pause the judge run."""
        return is_abandoned(self.judge_run, is_worked_on=self.is_worked_on)

    @property
    def label(self) -> str:
        """Return the label that must accompany the model everywhere."""
        return str(self.judge_run.configuration.get("judge", {}).get("label", ""))


def read_judge_runs(evaluation: Evaluation) -> list[JudgeRunLine]:
    """Return the judge runs of the evaluation, oldest first, without pairs of people who have withdrawn."""
    under_way = ModelJudgement.objects.filter(IS_RENEWED | IS_POSTPONED, judge_run=OuterRef("pk"))
    counts = evaluation.judge_runs.annotate(
        is_worked_on=Exists(under_way),
        total=Count("judgements", filter=Q(judgements__pair__withdrawn_at=None)),
        done=Count("judgements", filter=Q(judgements__pair__withdrawn_at=None, judgements__finished_at__isnull=False)),
    )
    rows = _rows(evaluation)
    return [
        JudgeRunLine(one, one.done, one.total, _models(rows[one.pk]), absent_worker(one), one.is_worked_on)
        for one in counts
    ]


def _rows(evaluation: Evaluation) -> dict[int, list[Row]]:
    finished = ModelJudgement.objects.filter(
        judge_run__evaluation=evaluation, finished_at__isnull=False, pair__withdrawn_at=None
    )
    rows: dict[int, list[Row]] = defaultdict(list)
    fields = ("judge_run", "pair", "pair__model", "pair__elicitation", "is_natural_first", "choice")
    ordered = finished.exclude(has_excluded("pair__")).order_by("pair__model", "pair__elicitation", "pk")
    for judge_run, pair, model, elicitation, is_natural_first, choice in ordered.values_list(*fields):
        rows[judge_run].append((pair, name_inquirer(model, elicitation), is_natural_first, choice))
    return rows


def _models(rows: Iterable[Row]) -> tuple[JudgedModel, ...]:
    by_model: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_model[row[1]].append(row)
    return tuple(_judged(name, found) for name, found in by_model.items())


def _judged(name: str, rows: list[Row]) -> JudgedModel:
    chosen: dict[int, list[str]] = defaultdict(list)
    for pair, _, is_natural_first, choice in rows:
        if choice:
            chosen[pair].append(_chosen_kind(choice, is_natural_first))
    answered = [one for found in chosen.values() for one in found]
    both = [found for found in chosen.values() if len(found) == 2]
    return JudgedModel(
        name=name,
        answered=len(answered),
        detected=answered.count("simulated"),
        unanswered=len(rows) - len(answered),
        both=len(both),
        consistent=sum(len(set(found)) == 1 for found in both),
    )


def _chosen_kind(choice: str, is_natural_first: bool) -> str:
    if choice == Choice.NOT_SURE:
        return "not sure"
    return "simulated" if is_detected(choice, is_natural_first) else "natural"
