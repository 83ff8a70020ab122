"""Judgements as rows for the analysis, as a table with exactly those columns, or as JSON lines that hold everything."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from django.db.models import F, QuerySet
from django.utils import timezone

from evaluation.models import Evaluation, Judgement, Pair
from evaluation.records import write_records
from studies.files.exports import FORMS, counted, row_writer, table_head
from studies.models import Study

__all__ = [
    "COLUMNS",
    "FORMS",
    "JudgementRow",
    "LeftOut",
    "chosen_judgements",
    "export_all",
    "export_judgements",
    "judgement_rows",
    "left_out",
]


class JudgementRow(NamedTuple):
    """A judgement as results are made of it. ``duration`` is in seconds, to the millisecond; None where nothing is known."""

    participant: str
    generator_user: str
    model: str
    detected: bool
    choice: str
    confidence: str
    utterance_number: int | None
    duration: float | None
    pair: str
    goal: int | None
    domain: str | None
    flagged: bool


COLUMNS = JudgementRow._fields


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a table leaves out: answers that were not submitted, about people who have withdrawn, and with known answers."""

    drafts: int
    withdrawn: int
    known: int

    def __str__(self) -> str:
        counts = [
            (self.drafts, "not submitted"),
            (self.withdrawn, "about people who have withdrawn"),
            (self.known, "of training pairs and attention checks"),
        ]
        return ", ".join(f"{count} {what}" for count, what in counts if count)


def export_judgements(evaluation: Evaluation, form: str = "csv") -> Iterator[str]:
    """The evaluation's judgements as one of FORMS, streamed: "csv" and "spreadsheet" hold those that results are made of
    (``chosen_judgements``), a row each; "jsonl" holds everything (``records.write_records``).

    Raises Incomplete at the end when the rows are not as many as the judgements at the start.
    """
    if form == "jsonl":
        yield from write_records(evaluation)
        return
    yield from _table(_rows(evaluation), form)


def export_all(study: Study, form: str = "csv", numbers: Collection[int] | None = None) -> Iterator[str]:
    """The same for all evaluations of the study, or those with these ``numbers``, in one file."""
    if form == "jsonl":
        yield from chain.from_iterable(write_records(evaluation) for evaluation in _numbered(study, numbers))
        return
    yield from _table(judgement_rows(study, numbers), form)


def judgement_rows(study: Study, numbers: Collection[int] | None = None) -> Iterator[JudgementRow]:
    """Return the judgements that results are made of, in all evaluations of the study or in those with these ``numbers``.

    Evaluators are numbered from 1 in each evaluation, so their codes here begin with the evaluation's number, to be unique.
    Raises Incomplete at the end when the rows are not as many as the judgements at the start.
    """
    rows = [_rows(evaluation, f"{evaluation.number}-") for evaluation in _numbered(study, numbers)]
    return chain.from_iterable(rows)


def chosen_judgements(evaluation: Evaluation, now: datetime) -> QuerySet[Judgement]:
    """The judgements that results are made of as of ``now``, oldest first, with ``told_choice``."""
    ours = Judgement.objects.counted().filter(pair__evaluation=evaluation, submitted_at__lte=now)
    return ours.told().order_by("pk")


def left_out(evaluation: Evaluation) -> LeftOut:
    """What a table of the evaluation's judgements does not hold."""
    answers = Judgement.objects.filter(pair__evaluation=evaluation)
    submitted = answers.submitted()
    return LeftOut(
        drafts=answers.filter(submitted_at=None).count(),
        withdrawn=submitted.filter(pair__role=Pair.Role.MAIN).exclude(pair__withdrawn_at=None).count(),
        known=submitted.exclude(pair__role=Pair.Role.MAIN).count(),
    )


def _numbered(study: Study, numbers: Collection[int] | None) -> QuerySet[Evaluation]:
    evaluations = study.evaluations.order_by("number")
    return evaluations if numbers is None else evaluations.filter(number__in=numbers)


def _rows(evaluation: Evaluation, prefix: str = "") -> Iterator[JudgementRow]:
    """Return the rows, counted at once and read later: judgements submitted meanwhile are not among them."""
    judgements = chosen_judgements(evaluation, timezone.now())
    expected = judgements.count()
    told = judgements.annotate(goal_number=F("pair__goal__number"), domain=F("pair__goal__domain"))
    rows = told.select_related("evaluator", "pair").iterator(chunk_size=500)
    return counted((_row(one, prefix) for one in rows), expected, "judgements")


def _row(one: Judgement, prefix: str) -> JudgementRow:
    choice: str = one.told_choice  # type: ignore[attr-defined]
    return JudgementRow(
        participant=f"{prefix}{one.evaluator.code}",
        generator_user=one.pair.person,
        model=one.pair.model,
        detected=choice == "simulated",
        choice=choice,
        confidence=one.confidence,
        utterance_number=one.utterance_number or None,
        duration=None if one.active_seconds is None else round(one.active_seconds, 3),
        pair=one.pair.token,
        goal=one.goal_number,  # type: ignore[attr-defined]
        domain=one.domain,  # type: ignore[attr-defined]
        flagged=bool(one.evaluator.flag),
    )


def _table(rows: Iterator[JudgementRow], form: str) -> Iterator[str]:
    write = row_writer(form)
    yield table_head(form, COLUMNS)
    yield from (write(_cells(row)) for row in rows)


def _cells(row: JudgementRow) -> Iterable[object]:
    duration = "" if row.duration is None else f"{row.duration:.3f}"
    return (row._asdict() | {"detected": int(row.detected), "duration": duration, "flagged": int(row.flagged)}).values()
