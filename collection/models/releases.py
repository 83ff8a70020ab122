"""Seats released because their participants were inactive."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from collection.models.participants import Participant


class Release(models.Model):
    """A participant's seat that was released for others, until ``taken_back_at`` if it is set.

    ``released_by`` is the researcher's user name, because accounts may be deleted; empty if the study's time limit released it.
    """

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="releases")
    released_at = models.DateTimeField()
    released_by = models.CharField(max_length=150, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["released_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["participant"], condition=Q(taken_back_at=None), name="release_in_force_of_participant"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant}, released {self.released_at:%Y-%m-%d %H:%M}"
