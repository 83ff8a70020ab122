"""Judgements as rows for the analysis, as a table with the same columns and the person's answers to other questions, or as JSON
lines with all data."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import NamedTuple, TypeVar

from django.db.models import F, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils import timezone

from dialogue.answers import show_answer
from evaluation.models import Evaluation, Judgement, Pair, has_excluded
from evaluation.own_answers_export import OwnAnswersToExport
from evaluation.records import write_records
from studies.files.exports import FORMS, counted, row_writer, table_head
from studies.files.person_answers import AnswersToExport
from studies.files.tables import Write
from studies.models import Study
from studies.recorded_roles import ROLE

__all__ = [
    "COLUMNS",
    "FORMS",
    "JudgementRow",
    "LeftOut",
    "counted_judgements",
    "export_all",
    "export_judgements",
    "judgement_rows",
    "left_out",
]


class JudgementRow(NamedTuple):
    """A judgement for results. ``duration`` is in seconds, rounded to milliseconds; unknown values are None.

    ``condition`` is the natural dialogue's; the three before it are the simulated one's (``studies.recorded_roles``).
    """

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
    character: str | None = None
    elicitation: str | None = None
    responder_character: str | None = None
    condition: str | None = None


COLUMNS = JudgementRow._fields
Written = TypeVar("Written")
_PLAYED = {
    "played_character": KeyTextTransform("name", KeyTransform(ROLE, "pair__simulated__inquirer")),
    "played_elicitation": KeyTextTransform("elicitation", KeyTransform(ROLE, "pair__simulated__inquirer")),
    "played_responder": KeyTextTransform("name", KeyTransform(ROLE, "pair__simulated__responder")),
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The numbers of answers that a table leaves out: drafts, about people who have withdrawn, about excluded dialogues, about
    known pairs."""

    drafts: int
    withdrawn: int
    excluded: int
    known: int

    def __str__(self) -> str:
        counts = [
            (self.drafts, "not submitted"),
            (self.withdrawn, "about people who have withdrawn"),
            (self.excluded, "about excluded dialogues"),
            (self.known, "on training pairs and attention checks"),
        ]
        return ", ".join(f"{count} {what}" for count, what in counts if count)


def export_judgements(evaluation: Evaluation, form: str = "csv", *, takes_texts: bool = False) -> Iterator[str]:
    """Stream the evaluation's judgements as one of FORMS: "csv" and "spreadsheet" have a row for each judgement that counts in
    results (``counted_judgements``); "jsonl" has all data (``records.write_records``).

    In a study that asks questions beside its persona form, a table has a column for each, with the answer of the person who
    chats in the natural dialogue; the evaluation's own questions have columns, too. Both leave out people's own words unless
    ``takes_texts``. Raises Incomplete at the end if the number of
    rows is not that of the judgements at the start.
    """
    yield from _export({"": evaluation}, AnswersToExport(evaluation.study, takes_texts), form)


def export_all(
    study: Study, form: str = "csv", numbers: Collection[int] | None = None, *, takes_texts: bool = False
) -> Iterator[str]:
    """Stream the judgements of all evaluations of the study, or of those with these ``numbers``, as one file."""
    yield from _export(_by_prefix(study, numbers), AnswersToExport(study, takes_texts), form)


def judgement_rows(study: Study, numbers: Collection[int] | None = None) -> Iterator[JudgementRow]:
    """Yield the judgements that count in results, of all evaluations of the study or of those with these ``numbers``.

    Evaluators are numbered from 1 in each evaluation, so their codes here begin with the evaluation's number, to be unique.
    Raises Incomplete at the end if the number of rows is not that of the judgements at the start.
    """
    evaluations = _by_prefix(study, numbers).items()
    rows = [_each(one, partial(_row, prefix=prefix)) for prefix, one in evaluations]
    return chain.from_iterable(rows)


def counted_judgements(evaluation: Evaluation, now: datetime) -> QuerySet[Judgement]:
    """Select the judgements that count in results as of ``now``, oldest first, with ``chosen_kind``."""
    judgements = Judgement.objects.counted().filter(pair__evaluation=evaluation, submitted_at__lte=now)
    return judgements.with_chosen_kind().order_by("pk")


def left_out(evaluation: Evaluation) -> LeftOut:
    """Count the answers that a table of the evaluation's judgements leaves out."""
    answers = Judgement.objects.filter(pair__evaluation=evaluation)
    submitted = answers.submitted()
    return LeftOut(
        drafts=answers.filter(submitted_at=None).count(),
        withdrawn=submitted.filter(pair__role=Pair.Role.MAIN).exclude(pair__withdrawn_at=None).count(),
        excluded=answers.judged().filter(has_excluded("pair__")).count(),
        known=submitted.exclude(pair__role=Pair.Role.MAIN).count(),
    )


def _by_prefix(study: Study, numbers: Collection[int] | None) -> dict[str, Evaluation]:
    """Return evaluations of the study, each by what stands before its evaluators' codes."""
    evaluations = study.evaluations.order_by("number")
    chosen = evaluations if numbers is None else evaluations.filter(number__in=numbers)
    return {f"{evaluation.number}-": evaluation for evaluation in chosen}


def _export(evaluations: dict[str, Evaluation], answers: AnswersToExport, form: str) -> Iterator[str]:
    if form == "jsonl":
        yield from chain.from_iterable(write_records(evaluation, answers) for evaluation in evaluations.values())
        return
    write, own = row_writer(form), OwnAnswersToExport.of(evaluations.values(), takes_texts=answers.takes_texts)
    rows = [_each(one, partial(_written, write, prefix, answers, own), answers) for prefix, one in evaluations.items()]
    yield table_head(form, [*COLUMNS, *(f"survey.{question.key}" for question in answers.surveys), *own.columns])
    yield from chain.from_iterable(rows)


def _each(
    evaluation: Evaluation, write: Callable[[Judgement], Written], answers: AnswersToExport | None = None
) -> Iterator[Written]:
    """Return what is written of each judgement that exists now, and read the ``answers`` with them; later ones are not
    included."""
    judgements = counted_judgements(evaluation, timezone.now())
    expected = judgements.count()
    with_goals = judgements.annotate(goal_number=F("pair__goal__number"), domain=F("pair__goal__domain"))
    rows = with_goals.annotate(**_PLAYED).select_related("evaluator", "pair", "presentation")
    if answers and answers.surveys:
        rows = rows.prefetch_related("pair__natural__persona__survey_answers")
    return counted(map(write, rows.iterator(chunk_size=500)), expected, "judgements")


def _row(one: Judgement, prefix: str) -> JudgementRow:
    choice: str = one.chosen_kind  # type: ignore[attr-defined]
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
        character=one.played_character or None,  # type: ignore[attr-defined]
        elicitation=one.played_elicitation or None,  # type: ignore[attr-defined]
        responder_character=one.played_responder or None,  # type: ignore[attr-defined]
        condition=one.pair.condition or None,
    )


def _written(write: Write, prefix: str, answers: AnswersToExport, own: OwnAnswersToExport, one: Judgement) -> str:
    """Return the judgement's row of a table."""
    row = _row(one, prefix)
    duration = "" if row.duration is None else f"{row.duration:.3f}"
    judged = row._asdict() | {"detected": int(row.detected), "duration": duration, "flagged": int(row.flagged)}
    told = answers.survey(one.pair.natural).values() if answers.surveys else ()
    said = (None if answer is None else show_answer(answer) for answer in told)
    return write([*judged.values(), *said, *own.cells(one)])
