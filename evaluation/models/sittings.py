"""Models that judge: kept apart from people."""

from typing import ClassVar

from django.db import models

from evaluation.models.answers import AnswerFields
from evaluation.models.evaluations import Evaluation
from evaluation.models.pairs import Pair
from studies.models import new_token


class Sitting(models.Model):
    """One model's sitting of an evaluation: every pair in both orders of the sides.

    ``configuration`` is everything that decides what the model says; its hash ``identity`` is unique in the evaluation.
    """

    class State(models.TextChoices):
        RUNNING = "running", "running"
        PAUSED = "paused", "paused"
        FINISHED = "finished", "finished"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="sittings")
    model = models.CharField(max_length=100)
    configuration = models.JSONField()
    identity = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.PAUSED)
    is_queued = models.BooleanField(default=False)
    message = models.TextField(blank=True, help_text="Why the sitting stands still, if it does.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "identity"], name="sitting_identity_in_evaluation")
        ]

    def __str__(self) -> str:
        return f"{self.model} judges"


class Verdict(AnswerFields):
    """A model's answer about one pair in one order of the sides.

    ``outputs`` keeps everything that the model put out for it, raw, in order; ``problem`` says why none of it was an answer.
    """

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="verdicts")
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="verdicts")
    is_natural_first = models.BooleanField()
    outputs = models.JSONField(default=list, blank=True)
    problem = models.TextField(blank=True)
    worker = models.CharField(max_length=100, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sitting", "pair", "is_natural_first"], name="verdict_of_pair_and_order_in_sitting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sitting}: {self.pair}"
