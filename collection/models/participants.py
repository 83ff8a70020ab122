"""People who take part in a study."""

from typing import ClassVar

from django.db import models

from studies.models.dialogues import Dialogue
from studies.models.fields import new_token
from studies.models.personas import Persona
from studies.models.studies import Study


class Participant(models.Model):
    """A person who has consented. Withdrawal leaves only this row, without any of their data.

    ``external_id`` is their recruitment-platform ID, and ``parameters`` are the other parameters of the link. The same id in
    another browser is another participant, because the id proves nothing; ``refused_returns`` counts the browsers that brought
    it after its participant had finished.
    ``goal_order`` holds goal numbers in the order in which they come, without those that another participant of the same name
    has completed; ``order_seed`` reproduces a shuffled one.
    ``consent_provider`` names to whom they agreed that their messages go, if any; ``receipt`` is what they got for withdrawing.
    """

    class State(models.TextChoices):
        ENROLLED = "enrolled", "has consented"
        ACTIVE = "active", "chats"
        FINISHED = "finished", "finished"
        SCREENED_OUT = "screened_out", "screened out"
        TURNED_AWAY = "turned_away", "turned away: no place left"
        WITHDRAWN = "withdrawn", "withdrawn"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="participants")
    state = models.CharField(max_length=20, choices=State, default=State.ENROLLED)
    external_id = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    persona = models.OneToOneField(Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="participant")
    consented_at = models.DateTimeField()
    consent_version = models.CharField(max_length=40)
    consent_provider = models.CharField(max_length=200, blank=True)
    order_seed = models.BigIntegerField(null=True, blank=True)
    goal_order = models.JSONField(default=list, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=20, blank=True)
    refused_returns = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["study", "external_id"], name="external_id_in_study")]

    def __str__(self) -> str:
        return f"Participant {self.pk}"

    @property
    def dialogues(self) -> models.QuerySet[Dialogue]:
        """What they have said here; nothing before they have answered the persona form."""
        return Dialogue.objects.filter(kind=Dialogue.Kind.NATURAL, persona=self.persona_id)
