"""Model judges and their judgements, separate from people's."""

from typing import ClassVar

from django.db import models

from evaluation.models.answers import AnswerFields
from evaluation.models.evaluations import Evaluation
from evaluation.models.pairs import Pair
from jobs.models import Item, Job
from studies.models import Study


class JudgeRun(Job):
    """A run of one model judge over all pairs of an evaluation, each in both orders of the sides.

    ``configuration`` holds all settings that affect the model's answers; ``identity``, its hash, is unique in the evaluation.
    """

    MODEL_FIELDS = ("model",)

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="judge_runs")
    model = models.CharField(max_length=100)
    configuration = models.JSONField()
    identity = models.CharField(max_length=64)

    class Meta:
        db_table = "evaluation_sitting"  # as in scripts outside the project
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "identity"], name="judge_run_identity_in_evaluation")
        ]

    def __str__(self) -> str:
        return f"Model judge {self.model}"

    @property
    def study(self) -> Study | None:
        """Return the study of its evaluation, if that has one."""
        return self.evaluation.study


class ModelJudgement(AnswerFields, Item):
    """A model's answer about one pair in one order of the sides.

    ``outputs`` holds all raw outputs of the model, in order; ``problem`` says why none of them is an answer.
    """

    judge_run = models.ForeignKey(JudgeRun, on_delete=models.CASCADE, related_name="judgements", db_column="sitting_id")
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="model_judgements")
    is_natural_first = models.BooleanField()
    outputs = models.JSONField(default=list, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        db_table = "evaluation_verdict"  # as in scripts outside the project
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["judge_run", "pair", "is_natural_first"], name="judgement_of_pair_and_order_in_judge_run"
            )
        ]

    def __str__(self) -> str:
        return f"{self.judge_run}: {self.pair}"
