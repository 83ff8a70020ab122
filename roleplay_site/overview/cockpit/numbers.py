"""The numbers behind the steps of many studies, in a fixed number of queries however many studies and dialogues there are."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Model, Q, QuerySet

from analysis.models import Report
from collection.models import Participant, Recruitment
from collection.participation.eligibility import PRESENT, UNDER_WAY
from collection.research.trouble import Trouble, read_troubles
from evaluation.models import Evaluation, Judgement, JudgeRun, Pair
from jobs.heartbeats import live_services
from simulation.models import Run
from simulation.presentation import RunLine
from simulation.progress import tally_runs
from studies.models import AuditLine, Dialogue, Exclusion, Goal, Persona, Study


@dataclass(frozen=True, slots=True)
class EvaluationNumbers:
    """An evaluation with its judgements so far and those it needs, and its model judges."""

    evaluation: Evaluation
    judged: int
    wanted: int
    judge_runs: Sequence[JudgeRun] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a study has. ``natural`` counts ended natural dialogues, ``people`` participants by state."""

    study: Study
    goals: int = 0
    personas: int = 0
    people: Mapping[str, int] = field(default_factory=Counter)
    active_now: int = 0
    natural: int = 0
    recruitment: Recruitment | None = None
    trouble: Trouble | None = None
    runs: Sequence[RunLine] = ()
    evaluations: Sequence[EvaluationNumbers] = ()
    report: Report | None = None
    exported: AuditLine | None = None

    @property
    def under_way(self) -> int:
        return sum(self.people.get(state, 0) for state in UNDER_WAY)

    @property
    def finished(self) -> int:
        return self.people.get(Participant.State.FINISHED, 0)

    @property
    def simulated(self) -> int:
        return sum(line.tally.done for line in self.runs)

    @property
    def judged(self) -> int:
        return sum(one.judged for one in self.evaluations)


def read_numbers(studies: Sequence[Study], now: datetime) -> list[Numbers]:
    """Return the numbers of each study, in order."""
    keys = [study.pk for study in studies]
    goals, personas = _count(Goal, keys), _count(Persona, keys)
    natural = _count(Dialogue, keys, Q(kind=Dialogue.Kind.NATURAL, ended_at__isnull=False))
    active = _count(Participant, keys, Q(state__in=UNDER_WAY, last_seen_at__gt=now - PRESENT))
    people, runs, evaluations = _people(keys), _runs(keys), _evaluations(keys)
    recruitments = {one.study_id: one for one in Recruitment.objects.filter(study__in=keys)}
    troubles, reports = read_troubles(studies), _latest(Report.objects.filter(study__in=keys).defer("shown"))
    exports = _latest(AuditLine.objects.filter(study__in=keys, verb=AuditLine.Verb.EXPORTED))
    return [
        Numbers(
            study,
            goals[key],
            personas[key],
            people[key],
            active[key],
            natural[key],
            recruitments.get(key),
            troubles.get(key),
            runs[key],
            evaluations[key],
            reports.get(key),
            exports.get(key),
        )
        for key, study in zip(keys, studies, strict=True)
    ]


def _count(table: type[Model], studies: Sequence[int], chosen: Q | None = None) -> Counter[int]:
    rows = table._default_manager.filter(chosen or Q(), study__in=studies).order_by()
    return Counter(dict(rows.values_list("study").annotate(Count("pk"))))


def _people(studies: Sequence[int]) -> defaultdict[int, Counter[str]]:
    states: defaultdict[int, Counter[str]] = defaultdict(Counter)
    rows = Participant.objects.filter(study__in=studies).order_by().values_list("study", "state")
    for study, state, count in rows.annotate(Count("pk")):
        states[study][state] = count
    return states


def _runs(studies: Sequence[int]) -> defaultdict[int, list[RunLine]]:
    lines: defaultdict[int, list[RunLine]] = defaultdict(list)
    runs = list(Run.objects.filter(study__in=studies).defer("provenance"))
    tallies, services = tally_runs(runs), live_services()
    for run in runs:
        lines[run.study_id].append(RunLine(run, tallies[run.pk], services))
    return lines


def _evaluations(studies: Sequence[int]) -> defaultdict[int | None, list[EvaluationNumbers]]:
    found: defaultdict[int | None, list[EvaluationNumbers]] = defaultdict(list)
    pairs = Pair.objects.filter(evaluation__study__in=studies, role=Pair.Role.MAIN, withdrawn_at=None).order_by()
    wanted = Counter(dict(pairs.values_list("evaluation").annotate(Count("pk"))))
    judged = _judged(studies)
    rows = Evaluation.objects.filter(study__in=studies).select_related("study").prefetch_related("judge_runs")
    for one in rows.order_by("number"):
        needed = max(judged[one.pk], wanted[one.pk] * one.judges_per_pair)
        found[one.study_id].append(EvaluationNumbers(one, judged[one.pk], needed, list(one.judge_runs.all())))
    return found


def _judged(studies: Sequence[int]) -> Counter[int]:
    """Return the number of judgements that count of each evaluation.

    Excluded dialogues are few: their judgements are counted apart, which is faster than looking for exclusions of each.
    """
    judged = Judgement.objects.judged().filter(pair__evaluation__study__in=studies).order_by()
    counts = Counter(dict(judged.values_list("pair__evaluation").annotate(Count("pk"))))
    excluded = list(
        Exclusion.objects.filter(removed_at=None, dialogue__study__in=studies).values_list("dialogue", flat=True)
    )
    if excluded:
        of_excluded = judged.filter(Q(pair__natural__in=excluded) | Q(pair__simulated__in=excluded))
        counts.subtract(dict(of_excluded.values_list("pair__evaluation").annotate(Count("pk"))))
    return counts


def _latest(rows: QuerySet[Any]) -> dict[int, Any]:
    """Return the last of the rows of each study."""
    last = rows.order_by().values("study").annotate(last=Max("pk")).values("last")
    return {row.study_id: row for row in rows.filter(pk__in=last)}
