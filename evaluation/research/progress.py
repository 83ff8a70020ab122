"""The progress of an evaluation: its evaluators and each model's pairs, without any answers."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F
from django.db.models.functions import Coalesce

from enrolment.external_ids import SharedId, read_shared_ids
from evaluation.evaluators.assignments import count_judges
from evaluation.inquirers import name_inquirer
from evaluation.models import Evaluation, Evaluator, Judgement, Pair
from evaluation.research.statistics import unusual_times

State = Evaluator.State
UNDER_WAY = (State.ENROLLED, State.JUDGING)
ACTIVE_FOR = timedelta(minutes=2)
"""Evaluators active within this time count as online."""
EVALUATORS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of evaluators by state, and of all and free assignments."""

    consented: int
    judging: int
    active_now: int
    finished: int
    lapsed: int
    withdrawn: int
    flagged: int
    assignments: int
    free_assignments: int


@dataclass(frozen=True, slots=True)
class ModelLine:
    """The numbers of judgements about a model's pairs: made and wanted."""

    model: str
    judged: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Times:
    """An evaluator's answer times: the median of the active seconds per pair, and the number of outliers."""

    judged: int = 0
    median_seconds: float | None = None
    unusual: int = 0


@dataclass(frozen=True, slots=True)
class EvaluatorLine:
    """An evaluator in the list; ``shown`` counts the pairs in their assignment."""

    evaluator: Evaluator
    shown: int
    times: Times
    now: datetime

    @property
    def last_activity(self) -> datetime:
        one = self.evaluator
        return one.last_seen_at or one.ended_at or one.consented_at  # withdrawal keeps only the time of ending

    @property
    def is_here(self) -> bool:
        return self.evaluator.state in UNDER_WAY and self.now - self.last_activity < ACTIVE_FOR


@dataclass(frozen=True, slots=True)
class Progress:
    """An evaluation as of ``now``; ``evaluators`` is a page of EvaluatorLines, ``unusual`` counts outlying answer times."""

    counts: Counts
    models: list[ModelLine]
    evaluators: Page[Any]
    shared_ids: list[SharedId]
    unusual: int
    now: datetime

    @property
    def judged(self) -> int:
        return sum(line.judged for line in self.models)

    @property
    def wanted(self) -> int:
        return sum(line.wanted for line in self.models)


_PLAYED = ("model", "elicitation")


def read_progress(evaluation: Evaluation, page: str, now: datetime) -> Progress:
    """Return the progress of an opened evaluation."""
    times = _times(evaluation)
    return Progress(
        _counts(evaluation, now),
        list_models(evaluation),
        _list_evaluators(evaluation, times, page, now),
        read_shared_ids(evaluation.evaluators.all(), UNDER_WAY, now - ACTIVE_FOR),
        sum(one.unusual for one in times.values()),
        now,
    )


def list_models(evaluation: Evaluation) -> list[ModelLine]:
    """Return the models whose pairs are judged, by name. A replacement pair may need an additional judgement."""
    living = Pair.objects.filter(evaluation=evaluation, role=Pair.Role.MAIN, withdrawn_at=None)
    judges, judged, wanted = count_judges(evaluation), _by_model(evaluation), Counter[str]()
    for pair, *played in living.order_by(*_PLAYED).values_list("pk", *_PLAYED):
        wanted[name_inquirer(*played)] += max(evaluation.judges_per_pair, judges[pair])
    return [ModelLine(model, judged[model], count) for model, count in wanted.items()]


def _by_model(evaluation: Evaluation) -> Counter[str]:
    judgements = Judgement.objects.judged().filter(pair__evaluation=evaluation)
    played = judgements.order_by().values_list(*(f"pair__{name}" for name in _PLAYED))
    return Counter({name_inquirer(model, way): count for model, way, count in played.annotate(Count("pk"))})


def _counts(evaluation: Evaluation, now: datetime) -> Counts:
    states = Counter(dict(evaluation.evaluators.order_by().values_list("state").annotate(Count("pk"))))
    under_way = evaluation.evaluators.filter(state__in=UNDER_WAY)
    return Counts(
        consented=states.total(),
        judging=states[State.ENROLLED] + states[State.JUDGING],
        active_now=under_way.filter(last_seen_at__gt=now - ACTIVE_FOR).count(),
        finished=states[State.FINISHED],
        lapsed=states[State.LAPSED],
        withdrawn=states[State.WITHDRAWN],
        flagged=evaluation.evaluators.exclude(flag="").count(),
        assignments=evaluation.assignments.count(),
        free_assignments=evaluation.assignments.filter(evaluator=None).count(),
    )


def _list_evaluators(evaluation: Evaluation, times: Mapping[int, Times], page: str, now: datetime) -> Page[Any]:
    """Return a page of evaluators, latest activity first."""
    everybody = evaluation.evaluators.order_by(Coalesce("last_seen_at", "ended_at", "consented_at").desc(), "-pk")
    found: Page[Any] = Paginator(everybody, EVALUATORS_A_PAGE).get_page(page)
    shown = _shown(evaluation)
    found.object_list = [
        EvaluatorLine(one, shown[one.pk], times.get(one.pk, Times()), now) for one in found.object_list
    ]
    return found


def _shown(evaluation: Evaluation) -> Counter[int]:
    """Count the main pairs in each evaluator's assignment, without withdrawn ones, by primary key."""
    pairs = Pair.objects.filter(evaluation=evaluation, role=Pair.Role.MAIN, withdrawn_at=None)
    evaluators = pairs.annotate(evaluator=F("presentations__assignment__evaluator")).exclude(evaluator=None)
    return Counter(dict(evaluators.order_by().values_list("evaluator").annotate(Count("pk"))))


def _times(evaluation: Evaluation) -> dict[int, Times]:
    """Return the times of all evaluators who have judged, by primary key. Outliers are relative to all evaluators."""
    judgements = Judgement.objects.judged().filter(pair__evaluation=evaluation).order_by("pk")
    rows = list(judgements.values_list("evaluator", "active_seconds"))
    timed = [(evaluator, seconds) for evaluator, seconds in rows if seconds is not None]
    unusual = Counter(timed[index][0] for index in unusual_times([seconds for _, seconds in timed]))
    seconds_of: defaultdict[int, list[float]] = defaultdict(list)
    for evaluator, seconds in timed:
        seconds_of[evaluator].append(seconds)
    return {
        evaluator: Times(judged, median(seconds_of[evaluator]) if seconds_of[evaluator] else None, unusual[evaluator])
        for evaluator, judged in Counter(evaluator for evaluator, _ in rows).items()
    }
