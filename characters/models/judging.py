"""A model's judgements about pairs of answers."""

from typing import ClassVar, Literal

from django.db import models

from characters.models.asking import AskingItem, AskingJob
from characters.models.benchmarks import AnswerSet, Benchmark, BenchmarkRow
from studies.models.fields import choices_of

Preference = Literal["first", "second", "tie", "none"]


class Judging(AskingJob):
    """A judge's comparison of answer sets with a ``baseline`` on rows of a benchmark, or of all sets with each other.

    Each pair is asked in both orders; a preference that flips is a tie.
    """

    benchmark = models.ForeignKey(Benchmark, on_delete=models.CASCADE, related_name="judgings")
    baseline = models.ForeignKey(AnswerSet, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    answer_sets = models.ManyToManyField(AnswerSet, related_name="judgings")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Judgements by {self.model}"


class Ranking(AskingItem):
    """The judge's answer about two anonymous answers to a row, in the order ``first``, ``second``.

    ``preference`` "none" means that no answer could be read after all tries.
    """

    judging = models.ForeignKey(Judging, on_delete=models.CASCADE, related_name="rankings", db_index=False)
    row = models.ForeignKey(BenchmarkRow, on_delete=models.CASCADE, related_name="rankings")
    first = models.ForeignKey(AnswerSet, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(AnswerSet, on_delete=models.CASCADE, related_name="+")
    preference = models.CharField(max_length=6, choices=choices_of(Preference), blank=True)
    reasons = models.JSONField(default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["judging", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["judging", "row", "first", "second"], name="pair_in_order_of_judging")
        ]

    def __str__(self) -> str:
        return f"{self.judging}: {self.row}"
