"""Results of an evaluation's own questions: counts and means by model, without statistics about them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from dialogue.answers import chosen_options, show_number
from evaluation.models import Evaluation, Judgement
from evaluation.own_questions import OwnQuestion, answers_by_dialogue, read_own_questions
from evaluation.research.results import OVERALL
from studies.questions.question import CHOICES, NUMBERS, Question

Row = tuple[str, dict[str, Any]]
"""A judgement: the inquirer's name, and the own answers by column."""


@dataclass(frozen=True, slots=True)
class OwnTable:
    """Answers to one question about the pair, or about one of the dialogues: a line for each model, and one for all."""

    title: str
    headings: Sequence[str]
    lines: Sequence[tuple[str, Sequence[str]]]


def read_own_results(evaluation: Evaluation, *, without_flagged: bool = False) -> list[OwnTable]:
    """Return a table for each own question, from the judgements that count in results."""
    questions = read_own_questions(evaluation.own_questions)
    rows = _rows(evaluation, questions, without_flagged=without_flagged) if questions else []
    return (
        [_table(own, part, column, rows) for own in questions for part, column in own.columns.items()] if rows else []
    )


def _rows(evaluation: Evaluation, questions: Sequence[OwnQuestion], *, without_flagged: bool) -> list[Row]:
    counted = Judgement.objects.counted().filter(pair__evaluation=evaluation)
    if without_flagged:
        counted = counted.filter(evaluator__flag="")
    judgements = counted.select_related("pair", "presentation").order_by("pair__model", "pair__elicitation", "pk")
    return [
        (
            one.pair.inquirer,
            answers_by_dialogue(questions, one.own_answers, is_natural_first=one.presentation.is_natural_first),
        )
        for one in judgements
    ]


def _table(own: OwnQuestion, part: str, column: str, rows: Sequence[Row]) -> OwnTable:
    given: dict[str, list[Any]] = {model: [] for model, _ in rows} | {OVERALL: []}
    for model, answers in rows:
        for name in (model, OVERALL) if column in answers else ():
            given[name].append(answers[column])
    title = f"{own.question.label} ({part} dialogue)" if part else own.question.label
    lines = [(model, [str(len(answers)), *_cells(own.question, answers)]) for model, answers in given.items()]
    return OwnTable(title, ["Answers", *_headings(own.question)], lines)


def _headings(question: Question) -> list[str]:
    return (["Mean"] if question.kind in NUMBERS else []) + _listed(question)


def _cells(question: Question, answers: Sequence[Any]) -> list[str]:
    """Return the mean of numbers, and how often each listed answer was given."""
    counts = Counter(str(one) for answer in answers for one in chosen_options(answer))
    mean = [f"{fmean(answers):.2f}" if answers else "–"] if question.kind in NUMBERS else []
    return mean + [str(counts[option]) for option in _listed(question)]


def _listed(question: Question) -> list[str]:
    return list(question.options) if question.kind in CHOICES else [show_number(point) for point in question.points]
