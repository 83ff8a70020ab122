"""People who take part in a study."""

from typing import ClassVar

from django.db import models

from enrolment.models import Person
from studies.models.dialogues import Dialogue
from studies.models.personas import Persona
from studies.models.studies import Study


class Participant(Person):
    """A person who chats.

    ``goal_order`` holds goal numbers in order, without those that another participant with the same external ID has
    completed; ``order_seed`` reproduces a shuffled one. ``conditions`` names the condition of each goal in that order;
    ``condition_seed`` decided between those that lacked as many dialogues. It is empty in a study without conditions, and
    before the person has answered the persona form. ``consent_provider`` names the providers to which they agreed to send
    their messages, if any.
    """

    class State(models.TextChoices):
        ENROLLED = "enrolled", "consented"
        ACTIVE = "active", "chatting"
        FINISHED = "finished", "finished"
        SCREENED_OUT = "screened_out", "screened out"
        TURNED_AWAY = "turned_away", "turned away: no seat left"
        WITHDRAWN = "withdrawn", "withdrawn"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="participants")
    state = models.CharField(max_length=20, choices=State, default=State.ENROLLED)
    persona = models.OneToOneField(Persona, on_delete=models.PROTECT, null=True, blank=True, related_name="participant")
    consent_provider = models.TextField(blank=True)
    order_seed = models.BigIntegerField(null=True, blank=True)
    goal_order = models.JSONField(default=list, blank=True)
    condition_seed = models.BigIntegerField(null=True, blank=True)
    conditions = models.JSONField(default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["study", "external_id"], name="external_id_in_study")]

    def __str__(self) -> str:
        return f"Participant {self.pk}"

    @property
    def dialogues(self) -> models.QuerySet[Dialogue]:
        """Return the participant's dialogues; none before they have answered the persona form."""
        return Dialogue.objects.filter(kind=Dialogue.Kind.NATURAL, persona=self.persona_id)
