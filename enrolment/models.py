"""Data about every person without a login, and about the ways in which they leave."""

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext

from jobs.models import new_token


class Person(models.Model):
    """A person who has consented. Withdrawal leaves only this row, without any of their data.

    ``external_id`` is their recruitment-platform ID, and ``parameters`` are the other parameters of the link. The same ID in
    another browser is another person, because the ID proves nothing; ``refused_returns`` counts the browsers that brought it
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
            """Return the state in words; each kind of person has different states."""


class Outcome(models.Model):
    """The text shown to people who leave in this way, and the code or address that a recruitment platform expects."""

    class Kind(models.TextChoices):
        COMPLETED = "completed", "completed"
        SCREENED_OUT = "screened_out", "screened out"
        FULL = "full", "no places left"
        WITHDRAWN = "withdrawn", "withdrawn"

    kind = models.CharField(max_length=20, choices=Kind)
    text = models.TextField(blank=True, help_text="Markdown. Empty: a standard sentence.")
    code = models.CharField("completion code", max_length=80, blank=True)
    redirect_url = models.URLField(
        "address", blank=True, help_text="Where to send people, for example back to the recruitment platform."
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def heading(self) -> str:
        """Return the heading of the page that shows the text at the end."""
        headings = {
            self.Kind.COMPLETED: gettext("Done!"),
            self.Kind.WITHDRAWN: gettext("Withdrawn"),
            self.Kind.FULL: gettext("No places left"),
        }
        return headings.get(self.Kind(self.kind)) or gettext("End of the study")

    @property
    def platform(self) -> str:
        """Return the host name of the address."""
        return (urlsplit(self.redirect_url).hostname or "").removeprefix("www.")
