"""What the site stores of every person without a login."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from studies.models.fields import new_token


class Person(models.Model):
    """A person who has consented. Withdrawal leaves only this row, without any of their data.

    ``external_id`` is their recruitment-platform ID, and ``parameters`` are the other parameters of the link. The same id in
    another browser is another person, because the id proves nothing; ``refused_returns`` counts the browsers that brought it
    after its person had finished. ``receipt`` confirms a withdrawal.
    """

    FINISHED: ClassVar = "finished"
    WITHDRAWN: ClassVar = "withdrawn"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    state = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    consented_at = models.DateTimeField()
    consent_version = models.CharField(max_length=40)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=20, blank=True)
    refused_returns = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def get_state_display(self) -> str:
            """Return the state in words: each kind of person has its own states."""
