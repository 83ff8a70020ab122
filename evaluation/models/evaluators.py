"""Who judges, and which pairs they are shown."""

from typing import ClassVar

from django.db import models

from enrolment.models import Person
from evaluation.models.evaluations import Evaluation
from evaluation.models.pairs import Pair
from studies.models import new_token


class Evaluator(Person):
    """A person who judges.

    ``number`` counts from 1 in the evaluation and is never given twice. ``flag`` is why their answers are doubted, if they are.
    A ``lapsed`` evaluator was inactive so long that the rest of their list was reassigned.
    """

    class State(models.TextChoices):
        ENROLLED = "enrolled", "has consented"
        JUDGING = "judging", "judges"
        FINISHED = "finished", "finished"
        LAPSED = "lapsed", "stayed away too long"
        WITHDRAWN = "withdrawn", "withdrawn"

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="evaluators")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.ENROLLED)
    flag = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["evaluation", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="evaluator_number_in_evaluation"),
        ]
        indexes: ClassVar = [models.Index(fields=["evaluation", "external_id"], name="evaluator_external_id")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """What exports and researchers call them (``participant`` of an export)."""
        return f"e-{self.number:03}"


class Assignment(models.Model):
    """A list of pairs for one evaluator: free until somebody takes it, theirs from then on.

    What its evaluator leaves unjudged beyond ``reserved_until`` may move to a new list for somebody else.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="assignments")
    number = models.PositiveIntegerField()
    evaluator = models.ForeignKey(
        Evaluator, on_delete=models.SET_NULL, null=True, blank=True, related_name="assignments"
    )
    reserved_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["evaluation", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="assignment_number_in_evaluation")
        ]

    def __str__(self) -> str:
        return f"List {self.number}"


class Showing(models.Model):
    """A pair in a list: when it comes, and which side the natural dialogue is on. A browser sees only the token of it."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="showings")
    position = models.PositiveSmallIntegerField(help_text="Counted from 0; training pairs come first.")
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="showings")
    is_natural_first = models.BooleanField()

    class Meta:
        ordering: ClassVar = ["assignment", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assignment", "position"], name="showing_position_in_assignment"),
            models.UniqueConstraint(fields=["assignment", "pair"], name="showing_of_pair_in_assignment"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}, {self.position + 1}"
