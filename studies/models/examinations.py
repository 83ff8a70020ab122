"""Examinations of models by the doctor."""

from typing import ClassVar

from django.db import models

from jobs.models import Item, Job


class Examination(Job, Item):
    """The doctor's trials of a model, which a worker that serves it plays. ``report`` is what pages show, once it has finished.

    At most one examination of a model is in progress.
    """

    MODEL_FIELDS = ("model",)

    model = models.CharField(max_length=100)
    step = models.CharField(max_length=200, blank=True, help_text="What is being tried.")
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["model"], condition=models.Q(state=Job.State.RUNNING), name="examination_under_way_of_model"
            )
        ]

    def __str__(self) -> str:
        return f"Examination of {self.model}"
