"""Models that judge: kept apart from people."""

from typing import ClassVar

from django.db import models

from evaluation.models.answers import AnswerFields
from evaluation.models.evaluations import Evaluation
from evaluation.models.pairs import Pair
from jobs.models import Item, Job


class Sitting(Job):
    """One model's sitting of an evaluation: every pair in both orders of the sides.

    ``configuration`` is everything that decides what the model says; its hash ``identity`` is unique in the evaluation.
    """

    MODEL_FIELDS = ("model",)

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="sittings")
    model = models.CharField(max_length=100)
    configuration = models.JSONField()
    identity = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "identity"], name="sitting_identity_in_evaluation")
        ]

    def __str__(self) -> str:
        return f"{self.model} judges"


class Verdict(AnswerFields, Item):
    """A model's answer about one pair in one order of the sides.

    ``outputs`` keeps everything that the model put out for it, raw, in order; ``problem`` says why none of it was an answer.
    """

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="verdicts")
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="verdicts")
    is_natural_first = models.BooleanField()
    outputs = models.JSONField(default=list, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sitting", "pair", "is_natural_first"], name="verdict_of_pair_and_order_in_sitting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sitting}: {self.pair}"
