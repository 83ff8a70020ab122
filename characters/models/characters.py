"""Characters and their profiles."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from jobs.models import new_token
from rolellm.languages import Language
from studies.models.fields import choices_of


class Character(models.Model):
    """A role: its name, the labels under which it speaks in its script, and who it is.

    ``audit`` says whether a person has found that the model which described it knows the role. ``is_machine`` exempts a robot
    from the rule that an answer must not reveal a model.
    """

    class Audit(models.TextChoices):
        NONE = "none", "not audited"
        ACCEPTED = "accepted", "accepted"
        REJECTED = "rejected", "rejected"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    name = models.CharField(max_length=100, unique=True)
    aliases = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=2, choices=choices_of(Language), default="en")
    script = models.CharField(max_length=200, blank=True, help_text="Title of the play, film or series.")
    source = models.CharField(max_length=200, blank=True, help_text="Name of the imported file.")
    description = models.TextField(blank=True)
    catchphrases = models.JSONField(default=list, blank=True)
    described_by = models.CharField(max_length=100, blank=True, help_text="The model that wrote the description.")
    is_machine = models.BooleanField(default=False, help_text="A robot or computer, which may say that it is one.")
    audit = models.CharField(max_length=10, choices=Audit, default=Audit.NONE)
    unmatched_speakers = models.JSONField(
        default=dict, blank=True, help_text="Other speakers of the script with their number of turns."
    )
    counts = models.JSONField(
        default=dict, blank=True, help_text="Rows, rounds, words, segments and pairs of its profile; {} without one."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ProfileTurn(models.Model):
    """A turn of the character's profile, as RoleBench publishes it; every round (``diag_id``) ends with the character."""

    character = models.ForeignKey(Character, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveIntegerField(help_text="Counted from 0.")
    act_id = models.IntegerField()
    diag_id = models.PositiveIntegerField()
    role = models.CharField(max_length=200)
    content = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["character", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["character", "position"], name="turn_position_in_profile")
        ]

    def __str__(self) -> str:
        return f"{self.character}, turn {self.position + 1}"
