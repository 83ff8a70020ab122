"""Judgements as files: a table with exactly the columns that the analysis reads, or JSON lines that hold everything."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import F, QuerySet
from django.utils import timezone

from evaluation.models import Evaluation, Judgement, Pair
from evaluation.records import write_records
from studies.files.exports import FORMS, counted, row_writer, table_head
from studies.files.tables import Write
from studies.models import Study

__all__ = ["COLUMNS", "FORMS", "LeftOut", "chosen_judgements", "export_all", "export_judgements", "left_out"]
COLUMNS = (
    "participant",
    "generator_user",
    "model",
    "detected",
    "choice",
    "confidence",
    "utterance_number",
    "duration",
    "pair",
    "goal",
    "domain",
    "flagged",
)


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
    rows = _rows(evaluation, row_writer(form))
    yield table_head(form, COLUMNS)
    yield from rows


def export_all(study: Study, form: str = "csv", numbers: Collection[int] | None = None) -> Iterator[str]:
    """The same for all evaluations of the study, or those with these ``numbers``, in one file.

    Evaluators are numbered from 1 in each evaluation, so codes in a table begin with the evaluation's number, to be unique.
    """
    evaluations = study.evaluations.order_by("number")
    if numbers is not None:
        evaluations = evaluations.filter(number__in=numbers)
    if form == "jsonl":
        yield from chain.from_iterable(write_records(evaluation) for evaluation in evaluations)
        return
    tables = [_rows(evaluation, row_writer(form), f"{evaluation.number}-") for evaluation in evaluations]
    yield table_head(form, COLUMNS)
    yield from chain.from_iterable(tables)


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


def _rows(evaluation: Evaluation, write: Write, prefix: str = "") -> Iterator[str]:
    """Counted at once, written later: what is submitted meanwhile is not among them."""
    judgements = chosen_judgements(evaluation, timezone.now())
    expected = judgements.count()
    told = judgements.annotate(goal_number=F("pair__goal__number"), domain=F("pair__goal__domain"))
    rows = told.select_related("evaluator", "pair").iterator(chunk_size=500)
    return counted((write(_values(one, prefix)) for one in rows), expected, "judgements")


def _values(one: Judgement, prefix: str) -> list[object]:
    told = one.told_choice  # type: ignore[attr-defined]
    return [
        f"{prefix}{one.evaluator.code}",
        one.pair.person,
        one.pair.model,
        int(told == "simulated"),
        told,
        one.confidence,
        one.utterance_number or "",
        "" if one.active_seconds is None else f"{one.active_seconds:.3f}",
        one.pair.token,
        one.goal_number,  # type: ignore[attr-defined]
        one.domain,  # type: ignore[attr-defined]
        int(bool(one.evaluator.flag)),
    ]
