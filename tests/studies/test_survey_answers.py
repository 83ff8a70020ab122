"""Stored answers to survey questions: one per person and question, and one per goal for questions about goals."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from studies.models import Persona, SurveyAnswer
from tests.factories import make_study

pytestmark = pytest.mark.django_db


def answer(persona: Persona, **fields: Any) -> None:
    SurveyAnswer.objects.create(**{"persona": persona, "question": "trust", "answered_at": timezone.now()} | fields)


def test_a_question_has_one_answer_and_a_question_about_goals_one_for_each() -> None:
    study = make_study(persona_count=1)
    persona, goals = study.personas.get(), study.goals.all()
    for goal in (None, *goals):
        answer(persona, goal=goal, value=4)
        with pytest.raises(IntegrityError), transaction.atomic():
            answer(persona, goal=goal, value=5)
    assert persona.survey_answers.count() == 3


def test_answers_are_deleted_with_their_persona() -> None:
    persona = make_study(persona_count=1).personas.get()
    answer(persona, value="Yes")
    persona.delete()
    assert not SurveyAnswer.objects.exists()
