"""Personas."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dialogue.names import plain_name
from studies.models.character_sheets import CharacterSheet
from studies.models.fields import check_field
from studies.models.studies import Study, check_not_frozen
from studies.questionnaires import check_answers


class Persona(models.Model):
    """One person's answers to the questionnaire, or a character; ``code`` is the id in exports and seeds.

    A character has no answers.
    """

    class Source(models.TextChoices):
        LISTED = "listed", "listed in the study"
        PARTICIPANT = "participant", "collected from a participant"
        CHARACTER = "character", "a character of RoleLLM"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="personas")
    code = models.CharField(max_length=40)
    source = models.CharField(max_length=20, choices=Source)
    features = models.JSONField()
    character = models.OneToOneField(
        CharacterSheet, on_delete=models.CASCADE, null=True, blank=True, related_name="persona"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "collection_persona"
        ordering: ClassVar = ["study_id", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "code"], name="persona_code_in_study"),
            models.CheckConstraint(
                name="persona_is_a_character_with_a_sheet",
                condition=Q(source="character", character__isnull=False, features={})
                | ~Q(source="character") & Q(character=None),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_character(self) -> bool:
        return self.character_id is not None

    def clean(self) -> None:
        """Refuse answers that the study's form does not offer, and a listed persona in a frozen study. Codes
        that look the same are the same.

        Participants may add personas after the study is frozen.
        """
        if self.source != Persona.Source.PARTICIPANT:
            check_not_frozen(self)
            self.code = plain_name(self.code)
        if self.study_id is not None:
            check_field("features", check_answers, self.features, self.study.questionnaire)
