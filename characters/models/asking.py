"""What all jobs have in common that ask one language model many separate questions."""

from typing import ClassVar

from django.db import models

from dialogue.backends.base import StopReason
from jobs.models import Item, Job
from studies.models.fields import choices_of


class AskingJob(Job):
    """A job whose items are questions to one model.

    ``configuration`` holds everything that affects the answers, as it was when the job was requested; ``provenance`` describes
    the software of its workers. ``prices`` are those of models.toml when the job started; {} is a model without a price.
    """

    MODEL_FIELDS: ClassVar = ("model",)

    model = models.CharField(max_length=100)
    configuration = models.JSONField(default=dict)
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    prices = models.JSONField(default=dict, blank=True)
    cost = models.FloatField(default=0, help_text="Of all answers whose tokens are known, at these prices.")
    uncounted = models.PositiveIntegerField(
        default=0, help_text="Answers that the cost lacks, because the provider reported no token counts."
    )

    class Meta:
        abstract = True


class AskingItem(Item):
    """One question to a model. ``raw`` is its whole output including thoughts, stored before anything is made of it.

    ``rejected`` holds the raw outputs of earlier tries whose format could not be read, oldest first, each with its reason.
    Tokens are the model's own, None if the provider does not count them.
    """

    raw = models.TextField(blank=True)
    rejected = models.JSONField(default=list, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    cached_tokens = models.PositiveIntegerField(null=True, blank=True)
    first_token_seconds = models.FloatField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    stop_reason = models.CharField(max_length=10, choices=choices_of(StopReason), blank=True)

    class Meta:
        abstract = True
