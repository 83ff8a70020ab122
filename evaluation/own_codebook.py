"""The codebook of an evaluation's own questions: what each column of their answers means."""

from collections.abc import Iterator

from evaluation.models import Evaluation
from evaluation.own_questions import OwnQuestion, read_own_questions
from studies.files.codebook import condition_of, labels_of_ends, possible_answers
from studies.files.exports import row_writer, table_head

HEADINGS = ("column", "question", "kind", "asked", "answers", "labels", "condition", "required", "free_text")


def export_own_codebook(evaluation: Evaluation, form: str = "csv") -> Iterator[str]:
    """Yield one row for each column of answers to own questions, also those that exports leave out unless asked for."""
    write = row_writer(form)
    yield table_head(form, HEADINGS)
    for own in read_own_questions(evaluation.own_questions):
        yield from (write(_row(own, part, column)) for part, column in own.columns.items())


def _row(own: OwnQuestion, part: str, column: str) -> list[object]:
    question = own.question
    return [
        column,
        question.label,
        question.kind.label,
        f"about the {part} dialogue" if part else own.about.label,
        possible_answers(question),
        labels_of_ends(question),
        condition_of(question),
        "yes" if question.is_required else "no",
        "yes" if question.is_free_text else "no",
    ]
