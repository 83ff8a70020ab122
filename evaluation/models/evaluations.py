"""Evaluations: which pairs are judged, by how many, and how they are shown."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from enrolment.models import Outcome
from evaluation.texts import default_consent, default_instruction
from simulation.models import Run
from studies.models import Study

LARGEST_SEED = 2**31 - 1


class Evaluation(models.Model):
    """One round of judging a study's natural dialogues against chosen runs (section 3.4).

    Once opened, its pairs and lists are stored, and everything that decided them or how they are shown stays as it is.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        OPEN = "open", "open"
        CLOSED = "closed", "closed"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="evaluations")
    number = models.PositiveSmallIntegerField(editable=False)
    title = models.CharField(max_length=200, blank=True, help_text="For researchers. Evaluators do not see it.")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED, editable=False)
    is_rehearsed = models.BooleanField(default=False, editable=False, help_text="Made up, to try the software.")

    runs = models.ManyToManyField(Run, related_name="evaluations")
    seed = models.PositiveIntegerField(
        default=73, validators=[MaxValueValidator(LARGEST_SEED)], help_text="Everything that is drawn is drawn from it."
    )
    takes_left_dialogues = models.BooleanField(
        "also dialogues that their participant left",
        default=False,
        help_text="Usually only those count whose participant went on to the next goal or finished.",
    )
    hides_unanswered = models.BooleanField(
        "hide messages without an answer", default=True, help_text="On both sides. They would tell a person's side."
    )
    pairs_per_evaluator = models.PositiveSmallIntegerField(
        default=40, validators=[MinValueValidator(1), MaxValueValidator(1000)], help_text="The paper's: 40."
    )
    judges_per_pair = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(50)], help_text="The paper's: 1."
    )
    training_pairs = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(20)], help_text="Shown first, with the answer afterwards."
    )
    attention_checks = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(20)], help_text="Easy pairs with a known answer, among the others."
    )
    known_pairs = models.JSONField(
        default=list, blank=True, help_text="Your own pairs for training and attention checks. Empty: the usual ones."
    )

    shows_goal = models.BooleanField("show the goal", default=True)
    shows_persona = models.BooleanField("show the persona", default=True)
    allows_back = models.BooleanField("evaluators may go back and change answers", default=False)
    instruction = models.TextField(default=default_instruction, help_text="What evaluators read first. Markdown.")
    consent = models.TextField(default=default_consent, help_text="What evaluators agree to. Markdown.")
    consent_version = models.CharField(max_length=40, default="1")

    reserved_minutes = models.PositiveIntegerField(
        "minutes that a place is kept",
        default=24 * 60,
        validators=[MinValueValidator(5)],
        help_text="After so long without an answer a place may go to the next person, who judges what is left of it.",
    )
    external_id_parameter = models.CharField(
        max_length=40,
        default="PROLIFIC_PID",
        help_text="The parameter of the link that names an evaluator of a recruiting platform.",
    )

    noted = models.JSONField(
        default=dict, editable=False, help_text="What the plan left out and warned of when it was opened."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["study", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "number"], name="evaluation_number_in_study")]

    def __str__(self) -> str:
        return self.title or f"Evaluation {self.number}"

    @property
    def is_open(self) -> bool:
        """Whether pairs can be judged now."""
        return self.state == self.State.OPEN

    @property
    def is_planned(self) -> bool:
        """Whether it can still be changed."""
        return self.state == self.State.PLANNED


class EvaluationOutcome(Outcome):
    """How evaluators leave an evaluation in one way."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="outcomes")

    class Meta:
        ordering: ClassVar = ["evaluation", "kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "kind"], name="outcome_kind_in_evaluation")
        ]
