"""What exports say of the answers to evaluations' own questions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from dialogue.answers import show_answer
from evaluation.models import Evaluation, Judgement
from evaluation.own_questions import OwnQuestion, answers_by_dialogue, read_own_questions


@dataclass(frozen=True)
class OwnAnswersToExport:
    """The own questions whose answers an export contains, by their evaluation's row: without those that evaluators answer in
    their own words, which may identify them, unless texts are asked for."""

    questions: Mapping[int, tuple[OwnQuestion, ...]]

    @classmethod
    def of(cls, evaluations: Iterable[Evaluation], *, takes_texts: bool) -> Self:
        return cls(
            {
                evaluation.pk: tuple(
                    own
                    for own in read_own_questions(evaluation.own_questions)
                    if takes_texts or not own.question.is_free_text
                )
                for evaluation in evaluations
            }
        )

    @cached_property
    def columns(self) -> list[str]:
        """Return the columns of a table; evaluations that ask questions with the same key share a column."""
        asked = (own for questions in self.questions.values() for own in questions)
        return list(dict.fromkeys(column for own in asked for column in own.columns.values()))

    def cells(self, one: Judgement) -> list[str]:
        """Return the judgement's answers in the order of the columns."""
        questions, is_natural_first = self.questions[one.pair.evaluation_id], one.presentation.is_natural_first
        given = answers_by_dialogue(questions, one.own_answers, is_natural_first=is_natural_first)
        return [show_answer(given.get(column)) for column in self.columns]

    def kept(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers of one evaluation, by the names under which they were asked, without those that are left out."""
        names = {name for questions in self.questions.values() for own in questions for name in own.names.values()}
        return {name: answer for name, answer in answers.items() if name in names}
