"""What a study varies between its participants, or within each of them."""

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models

from studies.models.studies import Study


class Condition(models.Model):
    """One condition of a study. Every empty field is the study's; ``goals`` lists numbers in the order in which they are given.

    ``prompts`` names the responder's prompt set, and ``sampling`` holds the settings that replace the model's own. A condition
    is frozen with its study, and participants never learn of it.
    """

    class GoalOrder(models.TextChoices):
        OF_STUDY = "", "as in the study"
        GIVEN = "given", "as listed"
        SHUFFLED = "shuffled", "shuffled for each participant"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="conditions")
    name = models.CharField(max_length=40)
    chatbot = models.CharField(max_length=100, blank=True)
    prompts = models.CharField(max_length=100, blank=True)
    sampling = models.JSONField(default=dict, blank=True)
    character = models.CharField(max_length=100, blank=True)
    plays_no_character = models.BooleanField(default=False)
    instruction = models.TextField(blank=True)
    goals = models.JSONField(default=list, blank=True)
    goal_order = models.CharField(max_length=10, choices=GoalOrder, default=GoalOrder.OF_STUDY, blank=True)
    weight = models.PositiveSmallIntegerField(
        default=1,
        validators=[MaxValueValidator(100)],
        help_text="A condition with weight 2 gets twice as many completed dialogues as one with weight 1.",
    )

    class Meta:
        ordering: ClassVar = ["study_id", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "name"], name="condition_name_in_study")]

    def __str__(self) -> str:
        return self.name
