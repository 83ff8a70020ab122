"""A frozen study, as the editor shows it: everything on one page, to read."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.personas import load_template
from studies.models import Goal, Study
from studies.questionnaires import read_questions
from studies.questions.question import Question


@dataclass(frozen=True, slots=True)
class FrozenStudy:
    """A study with its goals, its questions and the template of its persona sentence."""

    study: Study
    goals: Sequence[Goal]
    questions: Sequence[Question]
    template: str


def read_frozen_study(study: Study) -> FrozenStudy:
    """Read what the study consists of."""
    goals = list(study.goals.order_by("number"))
    return FrozenStudy(study, goals, read_questions(study.questionnaire), study.persona_template or load_template())
