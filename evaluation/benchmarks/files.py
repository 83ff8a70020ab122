"""People's judgements of answers as files: a table with a row for each, or JSON lines with everything."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from django.utils import timezone

from evaluation.benchmarks.ratings import TOGETHER, outcomes_of, ratings_of
from evaluation.evaluator_table import export_evaluators
from evaluation.kinds.answers import criteria
from evaluation.models import Evaluation, Judgement, Pair, Revision
from evaluation.records import (
    Line,
    assignment_record,
    assignments_of,
    evaluator_record,
    judgements_of,
    record_line,
    record_lines,
    values_of,
)
from studies.files.exports import counted, row_writer, table_head

SETTINGS = (
    "number",
    "title",
    "state",
    "seed",
    "pairs_per_evaluator",
    "judges_per_pair",
    "allows_back",
    "instruction",
    "consent",
    "consent_version",
    "reserved_minutes",
    "created_at",
    "opened_at",
    "closed_at",
    "noted",
)
PLAN = ("split", "general", "specific", "seed", "roles", "skips_unknown")


def columns() -> tuple[str, ...]:
    """Return the columns of the table: ``answers`` wins, ties or loses against ``over`` by each criterion."""
    rated = [name for key in criteria() for name in (key, f"{key}_reason")]
    about = ("participant", "role", "part", "question", "row", "answers", "over")
    return (*about, *rated, TOGETHER, "shown_first", "duration", "pair", "flagged")


def export_answer_judgements(evaluation: Evaluation, form: str = "csv") -> Iterator[str]:
    """Stream the evaluation's judgements as "csv" or "spreadsheet", those that count in results, or as "jsonl", all of them.

    Raises Incomplete at the end if the number of rows is not that of the judgements at the start.
    """
    if form == "jsonl":
        return _records(evaluation)
    return _table(evaluation, form)


DOWNLOADS: Mapping[str, Callable[[Evaluation], Iterator[str]]] = {
    "judgements.csv": partial(export_answer_judgements, form="csv"),
    "judgements-spreadsheet.csv": partial(export_answer_judgements, form="spreadsheet"),
    "judgements.jsonl": partial(export_answer_judgements, form="jsonl"),
    "evaluators-with-external-ids.csv": partial(export_evaluators, form="spreadsheet"),
}


def _table(evaluation: Evaluation, form: str) -> Iterator[str]:
    judgements = Judgement.objects.counted().filter(pair__evaluation=evaluation, submitted_at__lte=timezone.now())
    expected, write = judgements.count(), row_writer(form)
    yield table_head(form, columns())
    rows = judgements.select_related("evaluator", "pair", "presentation").order_by("pk").iterator(chunk_size=500)
    yield from counted((write(_cells(one)) for one in rows), expected, "judgements")


def _cells(one: Judgement) -> list[object]:
    told, outcomes, ratings = one.pair.answers, outcomes_of(one), ratings_of(one)
    rated = [value for key in criteria() for value in (outcomes[key], ratings[key]["reason"])]
    return [
        one.evaluator.code,
        *(told[name] for name in ("role", "part", "question")),
        one.pair.person,
        told["one"]["name"],
        told["other"]["name"],
        *rated,
        outcomes[TOGETHER],
        _shown_first(one),
        None if one.active_seconds is None else f"{one.active_seconds:.3f}",
        one.pair.token,
        int(bool(one.evaluator.flag)),
    ]


def _records(evaluation: Evaluation) -> Iterator[str]:
    """Yield a line for the evaluation, then one for each pair, assignment, evaluator and judgement, drafts included."""
    parts = (
        record_lines("pair", evaluation.pairs.order_by("pk"), _pair),
        record_lines("list", assignments_of(evaluation), assignment_record),
        record_lines("evaluator", evaluation.evaluators.order_by("pk"), evaluator_record),
        record_lines("judgement", judgements_of(evaluation), _judgement),
    )
    yield record_line("evaluation", _settings(evaluation))
    yield from chain.from_iterable(parts)


def _settings(evaluation: Evaluation) -> Line:
    plan, benchmark = evaluation.answer_plan, evaluation.benchmark
    sets: dict[str, Any] = {
        "answer_sets": list(plan.answer_sets.order_by("pk").values_list("name", flat=True)),
        "baseline": plan.baseline.name if plan.baseline else None,
    }
    about = {"benchmark": benchmark.name if benchmark else None}
    return about | values_of(evaluation, SETTINGS) | {"plan": sets | values_of(plan, PLAN)}


def _pair(pair: Pair) -> Line:
    return {"pair": pair.token, "row": int(pair.person), **pair.answers}


def _judgement(one: Judgement) -> Line:
    return {
        "evaluator": one.evaluator.code,
        "pair": one.pair.token,
        "is_submitted": one.submitted_at is not None,
        "shown_first": _shown_first(one),
        "ratings": one.ratings,
        "outcomes": outcomes_of(one) if one.submitted_at else None,
        **values_of(one, ("shown_at", "submitted_at", *Judgement.MEASURES)),
        "revisions": [_revision(revision) for revision in one.revisions.all()],
    }


def _revision(revision: Revision) -> Line:
    return values_of(revision, ("number", "made_at", "is_submitted", "active_seconds", "ratings"))


def _shown_first(one: Judgement) -> str:
    return str(one.pair.answers["other" if one.presentation.is_natural_first else "one"]["name"])
