"""Analyses of studies, kept until their data change."""

from typing import ClassVar

from django.db import models

from collection.models import Study, new_token


class Report(models.Model):
    """A study's analysis; ``fingerprint`` names the data and the code that it is made of, so that it is computed once.

    ``shown`` is what its page says, ``files`` what lies in its folder. Whoever holds the lease computes it; when the lease
    expires, anybody may.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "waits for a worker"
        RUNNING = "running", "is being computed"
        DONE = "done", "done"
        FAILED = "failed", "could not be computed"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    fingerprint = models.CharField(max_length=64)
    code = models.CharField(
        max_length=200, help_text="The version of the code, and of the libraries that it computes with."
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    step = models.CharField(max_length=100, blank=True, help_text="What is being computed.")
    message = models.TextField(blank=True, help_text="Why it could not be computed.")
    shown = models.JSONField(default=dict, blank=True)
    files = models.JSONField(default=list, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "fingerprint"], name="report_fingerprint_in_study")
        ]

    def __str__(self) -> str:
        return f"Analysis of {self.study}"
