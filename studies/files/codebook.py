"""The codebook of a study's answers: what each column of a table of people means."""

from collections.abc import Iterator

from dialogue.answers import WITHHELD, show_number
from studies.files.exports import row_writer, table_head
from studies.files.person_answers import AnswersToExport, Column
from studies.models import Study
from studies.questions.question import Question

HEADINGS = (
    "column",
    "question",
    "kind",
    "asked",
    "goal",
    "answers",
    "labels",
    "condition",
    "required",
    "screened_out",
    "free_text",
)


def export_codebook(study: Study, form: str = "csv") -> Iterator[str]:
    """Yield one row for each column of answers, also those that exports leave out unless asked for."""
    write = row_writer(form)
    yield table_head(form, HEADINGS)
    yield from (write(_row(column)) for column in AnswersToExport(study, takes_texts=True).columns)


def _row(column: Column) -> list[object]:
    question = column.question
    return [
        column.name,
        question.label,
        question.kind.label,
        question.placement.label,
        column.goal.number if column.goal else "",
        possible_answers(question),
        labels_of_ends(question),
        condition_of(question),
        "yes" if question.is_required else "no",
        _screened_out(question),
        "yes" if question.is_free_text else "no",
    ]


def labels_of_ends(question: Question) -> str:
    """Return the labels at the ends of a scale."""
    ends = ((question.low, question.low_label), (question.high, question.high_label))
    return "; ".join(f"{end}: {label}" for end, label in ends if label)


def condition_of(question: Question) -> str:
    """Return which answers to which question let this one be asked."""
    condition = question.condition
    return f"{condition.key}: {'; '.join(condition.answers)}" if condition else ""


def possible_answers(question: Question) -> str:
    """Return the possible answers: listed ones, or the limits of a number."""
    if question.choices:
        return "; ".join(question.choices)
    limits = _limits("from", question.low, "to", question.high)
    return "; ".join([*([limits] if limits else []), *([WITHHELD] if question.may_be_withheld else [])])


def _screened_out(question: Question) -> str:
    limits = _limits("below", question.eligible_from, "above", question.eligible_to)
    return "; ".join([*question.screened_out, *([limits] if limits else [])])


def _limits(before: str, low: float | None, between: str, high: float | None) -> str:
    ends = ((before, low), (between, high))
    return " ".join(f"{word} {show_number(limit)}" for word, limit in ends if limit is not None)
