"""An evaluation's own questions as rows of its form."""

from dataclasses import replace
from functools import cached_property
from typing import Any, cast

from django import forms

from evaluation.own_questions import (
    MOST_QUESTIONS,
    PAPER,
    PAPER_WORDS,
    About,
    OwnQuestion,
    asked_questions,
    check_own_questions,
    own_page,
    read_own_questions,
    write_own_question,
)
from evaluation.texts import questions
from studies.editor.mistakes import Mistake, list_row_mistakes
from studies.editor.question_rows import OrderedRows, QuestionFields, question_row
from studies.questions.pages import QuestionPage


class OwnQuestionRow(QuestionFields):
    """One question, and whether it is about the pair or about each dialogue."""

    about = forms.ChoiceField(label="Asked", choices=About.choices, initial=About.PAIR)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].help_text = "Its name in exports. Empty: derived from the question."

    @property
    def own_question(self) -> OwnQuestion:
        """Return the question of a row without mistakes. Evaluators leave a question empty that they need not answer."""
        return OwnQuestion(replace(self.question, may_be_withheld=False), About(self.cleaned_data["about"]))


class OwnQuestionRowsBase(OrderedRows):
    """All own questions, in order."""

    def clean(self) -> None:
        if not any(self.errors):
            check_own_questions(self.table)

    @property
    def asked_before(self) -> list[dict[str, Any]]:
        """Return the paper's questions, on which rows can depend as on each other, for the script that offers them."""
        return [
            {"key": one.key, "label": one.label, "answers": list(one.options), "words": PAPER_WORDS[one.key]}
            for one in PAPER
        ]

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {one.key: one.label for one in PAPER} | super()._labels

    @property
    def table(self) -> list[dict[str, Any]]:
        """Return the questions that are not removed, as an evaluation stores them; none while a row has mistakes."""
        return [write_own_question(row.own_question) for row in self.filled]


OwnQuestionRows = cast(
    type[OwnQuestionRowsBase],
    forms.formset_factory(
        OwnQuestionRow,
        formset=OwnQuestionRowsBase,
        extra=0,
        can_delete=True,
        can_order=True,
        max_num=MOST_QUESTIONS,
        validate_max=True,
    ),
)


def preview_questions(posted: Any, language: str) -> tuple[list[Mistake], QuestionPage]:
    """Return the mistakes in the rows of a submitted form, and the questions as evaluators will see them if there are none."""
    rows = OwnQuestionRows(posted, prefix="questions")
    mistakes = [] if rows.is_valid() else list(list_row_mistakes(rows, "questions", "Question", "label"))
    asked = [] if mistakes else asked_questions(read_own_questions(rows.table), questions(language))
    return mistakes, own_page(asked)


def own_question_rows(table: Any) -> list[dict[str, Any]]:
    """Return the questions as initial values of the rows."""
    return [question_row(own.question) | {"about": own.about} for own in read_own_questions(table)]
