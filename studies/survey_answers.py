"""Answers to survey questions, as researchers read them."""

from dataclasses import dataclass

from django.db.models import Q

from dialogue.answers import show_answer
from studies.models import Dialogue
from studies.questionnaires import read_questions


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """A question as it was asked, and its answer in words."""

    question: str
    answer: str


def list_answers(dialogue: Dialogue) -> list[GivenAnswer]:
    """Return what the person answered about the goal of a natural dialogue, and about the whole study, in the form's order."""
    if dialogue.kind != Dialogue.Kind.NATURAL:
        return []
    rows = dialogue.persona.survey_answers.filter(Q(goal=dialogue.goal_id) | Q(goal=None)).exclude(value=None)
    given = dict(rows.values_list("question", "value"))
    asked = [one for one in read_questions(dialogue.study.questionnaire) if one.is_survey] if given else []
    return [GivenAnswer(one.label, show_answer(given[one.key])) for one in asked if one.key in given]
