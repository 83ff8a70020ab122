"""Descriptions of characters by a model, and its audit."""

from typing import ClassVar

from django.db import models

from characters.models.asking import AskingItem, AskingJob
from characters.models.characters import Character
from rolellm.describing import Step
from studies.models.fields import choices_of


class Description(AskingJob):
    """A request that a model answers questions about a character (the audit) and writes its description and catchphrases."""

    character = models.ForeignKey(Character, on_delete=models.CASCADE, related_name="descriptions")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Description of {self.character} by {self.model}"


class DescriptionStep(AskingItem):
    """One question to the describing model: one of five for the audit, one of two for the description, or the catchphrases.

    ``question`` is what the step asks about: a question, the role, or the description to convert. ``text`` is the answer
    without thoughts.
    """

    description = models.ForeignKey(Description, on_delete=models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=15, choices=choices_of(Step))
    question = models.TextField(blank=True)
    text = models.TextField(blank=True)
    is_accepted = models.BooleanField(null=True, help_text="A person's verdict about an answer of the audit.")

    class Meta:
        ordering: ClassVar = ["description", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["description", "position"], name="step_of_description")
        ]

    def __str__(self) -> str:
        return f"{self.description}: {self.get_step_display()}"
