"""The audit trail: what researchers did."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from studies.models.studies import Study


class AuditLine(models.Model):
    """One thing that a researcher did: who, when and what, in words and without the data itself.

    ``author`` is a user name, because accounts may be deleted; empty for a command. A line without a study is the site's. Lines
    outlive their study, so ``about`` names what the line is about.
    """

    class Verb(models.TextChoices):
        CREATED = "created", "created"
        CHANGED = "changed", "changed"
        COPIED = "copied", "copied"
        OPENED = "opened", "opened"
        CLOSED = "closed", "closed"
        STARTED = "started", "started"
        PAUSED = "paused", "paused"
        CANCELLED = "cancelled", "cancelled"
        EXPORTED = "exported", "exported"
        IMPORTED = "imported", "imported"
        ADDED = "added", "added"
        REMOVED = "removed", "removed"
        RELEASED = "released", "released"
        EXCLUDED = "excluded", "excluded"
        ARCHIVED = "archived", "archived"
        RESTORED = "restored", "restored"
        DELETED = "deleted", "deleted"

    study = models.ForeignKey(Study, on_delete=models.SET_NULL, null=True, blank=True, related_name="audit_lines")
    about = models.CharField(max_length=200, blank=True, help_text="The study's slug, or the name of something else.")
    at = models.DateTimeField(default=timezone.now)
    author = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=20, choices=Verb)
    words = models.TextField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["study", "-id"], name="audit_lines_of_study")]

    def __str__(self) -> str:
        return f"{self.author or 'A command'} {self.verb} {self.words}"
