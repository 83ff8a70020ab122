"""All of an evaluation as JSON lines: its settings, pairs, lists, evaluators, every answer with how it came about."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet
from django.utils import timezone

from evaluation.answers import answer_of, artificial_side
from evaluation.models import Assignment, Evaluation, Evaluator, Judgement, Pair, Revision, Showing, Sitting, Verdict
from studies.files.exports import counted

SETTINGS = (
    "number",
    "title",
    "state",
    "is_rehearsed",
    "seed",
    "takes_left_dialogues",
    "hides_unanswered",
    "pairs_per_evaluator",
    "judges_per_pair",
    "training_pairs",
    "attention_checks",
    "shows_goal",
    "shows_persona",
    "allows_back",
    "instruction",
    "consent",
    "consent_version",
    "reserved_minutes",
    "created_at",
    "opened_at",
    "closed_at",
)
"""What decided who judged what, and how it was shown. What leads to people or pays them stays out: links, codes, ids."""

Line = dict[str, Any]
M = TypeVar("M", bound=Model)


def write_records(evaluation: Evaluation) -> Iterator[str]:
    """A line for the evaluation, then one for each pair, list, evaluator, judgement, sitting and verdict; named by ``record``.

    Judgements are all there: drafts, training pairs, attention checks, and those about people who have withdrawn, marked.
    Raises Incomplete when fewer or more were written than there were.
    """
    parts = (
        _lines("pair", _pairs(evaluation), _pair),
        _lines("list", _lists(evaluation), _list),
        _lines("evaluator", evaluation.evaluators.order_by("pk"), _evaluator),
        _lines("judgement", _judgements(evaluation), _judgement),
        _lines("sitting", evaluation.sittings.order_by("pk"), _sitting),
        _lines("verdict", _verdicts(evaluation, timezone.now()), _verdict),
    )
    yield _line("evaluation", _settings(evaluation))
    yield from chain.from_iterable(parts)


def _lines(record: str, rows: QuerySet[M], write: Callable[[M], Line]) -> Iterator[str]:
    """Counted at once, written later: what begins meanwhile is not among them."""
    newest = rows.values_list("pk", flat=True).last()
    known = rows.filter(pk__lte=newest or 0)
    expected = known.count()
    return counted((_line(record, write(row)) for row in known.iterator(chunk_size=500)), expected, f"{record}s")


def _line(record: str, values: Line) -> str:
    return json.dumps({"record": record} | values, ensure_ascii=False, default=lambda time: time.isoformat()) + "\n"


def _pairs(evaluation: Evaluation) -> QuerySet[Pair]:
    return evaluation.pairs.select_related("goal", "natural", "simulated").order_by("pk")


def _lists(evaluation: Evaluation) -> QuerySet[Assignment]:
    showings = Showing.objects.select_related("pair").order_by("position")
    lists = evaluation.assignments.select_related("evaluator").prefetch_related(Prefetch("showings", showings))
    return lists.order_by("pk")


def _judgements(evaluation: Evaluation) -> QuerySet[Judgement]:
    revisions = Prefetch("revisions", Revision.objects.order_by("number"))
    answers = Judgement.objects.filter(pair__evaluation=evaluation).prefetch_related(revisions)
    return answers.select_related("evaluator", "pair", "showing").order_by("pk")


def _verdicts(evaluation: Evaluation, now: datetime) -> QuerySet[Verdict]:
    """Those that are there by ``now``: verdicts wait as rows before a model gives them."""
    verdicts = Verdict.objects.filter(sitting__evaluation=evaluation, finished_at__lte=now)
    return verdicts.select_related("sitting", "pair").order_by("pk")


def _settings(evaluation: Evaluation) -> Line:
    runs = evaluation.runs.order_by("pk").values("token", "inquirer", "responder")
    return {"study": evaluation.study.slug} | _taken(evaluation, SETTINGS) | {"runs": list(runs)}


def _pair(pair: Pair) -> Line:
    return {
        "pair": pair.token,
        "role": pair.role,
        "goal": pair.goal.number if pair.goal else None,
        "domain": pair.goal.domain if pair.goal else "",
        "person": pair.person,
        "model": pair.model,
        "natural": pair.natural.token if pair.natural else None,
        "simulated": pair.simulated.token if pair.simulated else None,
        "known": pair.known,
        "withdrawn_at": pair.withdrawn_at,
    }


def _list(assignment: Assignment) -> Line:
    evaluator = assignment.evaluator
    return {
        "number": assignment.number,
        "evaluator": evaluator.code if evaluator else None,
        "pairs": [
            {"pair": showing.pair.token, "is_natural_first": showing.is_natural_first}
            for showing in assignment.showings.all()
        ],
    }


def _evaluator(evaluator: Evaluator) -> Line:
    times = ("consented_at", "consent_version", "last_seen_at", "ended_at")
    return {"evaluator": evaluator.code} | _taken(evaluator, ("state", "flag", *times))


def _judgement(one: Judgement) -> Line:
    side = artificial_side(one.showing)
    return {
        "evaluator": one.evaluator.code,
        "pair": one.pair.token,
        "role": one.pair.role,
        "is_withdrawn": one.pair.withdrawn_at is not None,
        "is_submitted": one.submitted_at is not None,
        "artificial_side": side,
        "is_detected": one.choice == side if one.choice else None,
        **asdict(answer_of(one)),
        **_taken(one, ("shown_at", "submitted_at", *Judgement.MEASURES, "showed_goal", "showed_persona")),
        "revisions": [_revision(revision) for revision in one.revisions.all()],
    }


def _revision(revision: Revision) -> Line:
    return _taken(revision, ("number", "made_at", "is_submitted", "active_seconds")) | asdict(answer_of(revision))


def _sitting(sitting: Sitting) -> Line:
    return {"sitting": sitting.token} | _taken(sitting, ("model", "state", "configuration", "created_at"))


def _verdict(verdict: Verdict) -> Line:
    return {
        "model": verdict.sitting.model,
        "sitting": verdict.sitting.token,
        "pair": verdict.pair.token,
        **asdict(answer_of(verdict)),
        **_taken(verdict, ("is_natural_first", "outputs", "problem", "finished_at")),
    }


def _taken(row: Model, names: tuple[str, ...]) -> Line:
    return {name: getattr(row, name) for name in names}
