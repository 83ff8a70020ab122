"""A preview of typed questions: the pages that participants will see, and the persona sentences."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from studies.editor.mistakes import Mistake, list_row_mistakes
from studies.editor.question_rows import QuestionRows
from studies.questions.pages import QuestionPage
from studies.questions.question import Placement
from studies.questions.sentences import Samples, check_template, sample_sentences


@dataclass(frozen=True, slots=True)
class QuestionsPreview:
    """The questions by place and the sentences, or the mistakes because of which there are none."""

    mistakes: list[Mistake]
    pages: list[tuple[str, QuestionPage]]
    samples: Samples | None = None


def preview_questions(posted: Any) -> QuestionsPreview:
    """Return the preview of the questions and the persona sentence in a submitted study form. Nothing is stored."""
    rows, template = QuestionRows(posted, prefix="questions"), posted.get("persona_template", "")
    if not rows.is_valid():
        return QuestionsPreview(list(list_row_mistakes(rows, "questions", "Question", "label")), [])
    try:
        check_template(template, rows.questions)
    except ValidationError as error:
        return QuestionsPreview([Mistake("id_persona_template", words) for words in error.messages], [])
    placed = {place: [one for one in rows.questions if one.placement == place] for place in Placement}
    pages = [(str(place.label), QuestionPage(asked)) for place, asked in placed.items() if asked]
    form = placed[Placement.PERSONA_FORM]
    return QuestionsPreview([], pages, sample_sentences(template, form))
