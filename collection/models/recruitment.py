"""Recruitment of participants and the endings of participation, which can change while the study is frozen."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from collection.quotas import check_quotas
from enrolment.models import Outcome as EnrolmentOutcome
from studies.models.fields import check_field
from studies.models.studies import Study


class Recruitment(models.Model):
    """When a study accepts participants, how many, and the parameter with their recruitment-platform ID.

    ``quotas`` limits seats for an option of a feature: {"gender": {"Female": 10, "Male": 10}}.
    """

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="recruitment")
    is_open = models.BooleanField(default=False, help_text="Whether participants may enrol and chat.")
    opens_at = models.DateTimeField(null=True, blank=True, help_text="UTC. Empty: as soon as the study is open.")
    closes_at = models.DateTimeField(null=True, blank=True, help_text="UTC. Empty: when you close the study.")
    seats = models.PositiveIntegerField(null=True, blank=True, db_column="places", help_text="Empty: no limit.")
    quotas = models.JSONField(default=dict, blank=True)
    released_after_hours = models.PositiveIntegerField(
        "hours until a seat is released",
        null=True,
        blank=True,
        default=14 * 24,
        validators=[MinValueValidator(1)],
        help_text="A participant who is inactive for this long may lose the seat to the next person. Empty: never.",
    )
    external_id_parameter = models.CharField(
        max_length=40,
        default="PROLIFIC_PID",
        help_text="The link parameter that holds the recruitment-platform ID.",
    )
    chatbot_answered_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the chatbot last answered the test message at opening."
    )

    def __str__(self) -> str:
        return f"Recruitment for {self.study}"

    def clean(self) -> None:
        """Refuse quotas for options that the study's form does not offer."""
        check_field("quotas", check_quotas, self.quotas, self.study.questionnaire)


class Outcome(EnrolmentOutcome):
    """One way in which participants leave a study."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="outcomes")

    class Meta:
        ordering: ClassVar = ["study_id", "kind"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "kind"], name="outcome_kind_in_study")]
