"""Answers to the questions that a study asks beside its persona form."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from studies.models.personas import Persona
from studies.models.studies import Goal


class SurveyAnswer(models.Model):
    """A person's answer to the question with this key, about ``goal`` if the study asks it after each goal.

    ``value`` is None for a question that was left empty or whose condition was not met: a page of questions is answered once
    each of its questions has a row. The rows belong to the persona, so that exports find them and withdrawal deletes them.
    """

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="survey_answers")
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, null=True, blank=True, related_name="survey_answers")
    question = models.CharField(max_length=40)
    value = models.JSONField(null=True, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["persona", "question", "goal"],
                condition=Q(goal__isnull=False),
                name="survey_answer_of_persona_and_goal",
            ),
            models.UniqueConstraint(
                fields=["persona", "question"], condition=Q(goal=None), name="survey_answer_of_persona"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.persona}: {self.question}"
