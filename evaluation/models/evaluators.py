"""Evaluators, their assignments, and the presentation of each pair in them."""

from typing import ClassVar

from django.db import models

from enrolment.models import Person
from evaluation.models.evaluations import Evaluation
from evaluation.models.pairs import Pair
from studies.models import new_token


class Evaluator(Person):
    """A person who judges.

    ``number`` counts from 1 in the evaluation and is never reused. ``flag`` is the reason why a researcher or an attention
    check flagged the evaluator, or empty. The remaining pairs of a ``lapsed`` evaluator were reassigned.
    """

    class State(models.TextChoices):
        ENROLLED = "enrolled", "consented"
        JUDGING = "judging", "judging"
        FINISHED = "finished", "finished"
        LAPSED = "lapsed", "timed out"
        WITHDRAWN = "withdrawn", "withdrawn"

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="evaluators")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.ENROLLED)
    flag = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["evaluation_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="evaluator_number_in_evaluation"),
        ]
        indexes: ClassVar = [models.Index(fields=["evaluation", "external_id"], name="evaluator_external_id")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Return the name in exports (their column ``participant``) and on researchers' pages."""
        return f"e-{self.number:03}"


class Assignment(models.Model):
    """The pairs that one evaluator judges, in order. Without ``evaluator``, it is free for the next one.

    After ``reserved_until``, its unjudged pairs may move to a new assignment for another evaluator.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="assignments")
    number = models.PositiveIntegerField()
    evaluator = models.ForeignKey(
        Evaluator, on_delete=models.SET_NULL, null=True, blank=True, related_name="assignments"
    )
    reserved_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["evaluation_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="assignment_number_in_evaluation")
        ]

    def __str__(self) -> str:
        return f"Assignment {self.number}"


class Presentation(models.Model):
    """How an assignment presents a pair: its position, and which dialogue is first. Browsers get only its ``token``."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="presentations")
    position = models.PositiveSmallIntegerField(help_text="Counted from 0; training pairs come first.")
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="presentations")
    is_natural_first = models.BooleanField()

    class Meta:
        db_table = "evaluation_showing"  # as in scripts outside the project
        ordering: ClassVar = ["assignment", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assignment", "position"], name="presentation_position_in_assignment"),
            models.UniqueConstraint(fields=["assignment", "pair"], name="presentation_of_pair_in_assignment"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}, {self.position + 1}"
