"""Evaluations: their runs, numbers of pairs and evaluators, presentation and texts."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from characters.judging.rows import MOST_ROWS, ROWS, SEED
from characters.models import AnswerSet, Benchmark
from enrolment.models import Outcome
from evaluation.texts import default_consent, default_instruction
from simulation.models import Run
from studies.models import Study

LARGEST_SEED = 2**31 - 1


class Evaluations(models.QuerySet["Evaluation"]):
    """A selection of evaluations."""

    def at(self, place: str, number: int) -> "Evaluations":
        """Select the evaluation at this ``place``, with its study or benchmark. A random token is no study's short name."""
        here = self.filter(Q(study__slug=place) | Q(benchmark__token=place), number=number)
        return here.select_related("study", "benchmark")


class Evaluation(models.Model):
    """One round of judging pairs: a study's natural dialogues against chosen runs (section 3.4), or answers to a benchmark.

    It belongs to the study or to the benchmark, whose ``answer_plan`` says which answers are compared. Opening it stores its
    pairs and assignments; from then on its settings are final.
    """

    class Kind(models.TextChoices):
        DIALOGUES = "dialogues", "dialogues"
        ANSWERS = "answers", "answers"

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        OPEN = "open", "open"
        CLOSED = "closed", "closed"

    # Typed as if it were never None: code about dialogues reaches an evaluation through its study.
    study: models.ForeignKey[Study | None, Study] = models.ForeignKey(  # type: ignore[misc]
        Study, on_delete=models.CASCADE, null=True, blank=True, editable=False, related_name="evaluations"
    )
    benchmark = models.ForeignKey(
        Benchmark, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="evaluations"
    )
    number = models.PositiveSmallIntegerField(editable=False)
    title = models.CharField(max_length=200, blank=True, help_text="For researchers. Evaluators do not see it.")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED, editable=False)
    is_rehearsed = models.BooleanField(
        default=False, editable=False, help_text="Synthetic data for trying out the software."
    )

    runs = models.ManyToManyField(Run, related_name="evaluations")
    seed = models.PositiveIntegerField(
        default=73, validators=[MaxValueValidator(LARGEST_SEED)], help_text="Seeds all randomisation."
    )
    takes_left_dialogues = models.BooleanField(
        "include abandoned dialogues",
        default=False,
        help_text="By default, only dialogues whose participant continued with the next goal or finished are included.",
    )
    takes_unsafe_dialogues = models.BooleanField(
        "include unsafe dialogues",
        default=False,
        help_text="By default, dialogues that a guard found unsafe, or that were stopped as unsafe, are excluded.",
    )
    crosses_chatbots = models.BooleanField(
        "pair dialogues with different chatbots",
        default=False,
        help_text="By default, a dialogue of a condition is only paired with simulated ones with the same chatbot.",
    )
    hides_unanswered = models.BooleanField(
        "hide unanswered messages", default=True, help_text="On both sides. They would reveal the natural dialogue."
    )
    pairs_per_evaluator = models.PositiveSmallIntegerField(
        default=40, validators=[MinValueValidator(1), MaxValueValidator(1000)], help_text="40 in the paper."
    )
    judges_per_pair = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(50)], help_text="1 in the paper."
    )
    training_pairs = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(20)], help_text="Shown first; the answer is revealed afterwards."
    )
    attention_checks = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(20)],
        help_text="Easy pairs with a known answer, placed among the others.",
    )
    known_pairs = models.JSONField(
        default=list,
        blank=True,
        help_text="Your own pairs for training and attention checks. Empty: the built-in ones.",
    )

    shows_goal = models.BooleanField("show the goal", default=True)
    shows_persona = models.BooleanField("show the persona", default=True)
    allows_back = models.BooleanField("evaluators may go back and change answers", default=False)
    own_questions = models.JSONField(
        default=list, blank=True, help_text="Questions after the paper’s, as evaluation.own_questions describes them."
    )
    instruction = models.TextField(default=default_instruction, help_text="What evaluators read first. Markdown.")
    consent = models.TextField(default=default_consent, help_text="What evaluators agree to. Markdown.")
    consent_version = models.CharField(max_length=40, default="1")
    duration = models.CharField(max_length=200, blank=True, help_text="For example: about 40 minutes.")
    payment = models.CharField(max_length=300, blank=True, help_text="How much, and when.")

    reserved_minutes = models.PositiveIntegerField(
        "time-out in minutes",
        default=24 * 60,
        validators=[MinValueValidator(5)],
        help_text="After this time without an answer, the remaining pairs may be reassigned to another evaluator.",
    )
    external_id_parameter = models.CharField(
        max_length=40,
        default="PROLIFIC_PID",
        help_text="The link parameter that holds the recruitment-platform ID.",
    )

    noted = models.JSONField(default=dict, editable=False, help_text="Exclusions and warnings of the plan at opening.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = Evaluations.as_manager()

    class Meta:
        ordering: ClassVar = ["study_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="evaluation_number_in_study"),
            models.UniqueConstraint(fields=["benchmark", "number"], name="evaluation_number_in_benchmark"),
            models.CheckConstraint(
                name="evaluation_of_study_or_benchmark",
                condition=Q(study__isnull=True, benchmark__isnull=False)
                | Q(study__isnull=False, benchmark__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Evaluation {self.number}"

    @property
    def kind(self) -> "Evaluation.Kind":
        """Return what its pairs consist of."""
        return self.Kind.DIALOGUES if self.benchmark_id is None else self.Kind.ANSWERS

    @property
    def place(self) -> str:
        """Return what precedes its number in addresses: its study's short name, or its benchmark's token."""
        return self.study.slug if self.benchmark is None else self.benchmark.token

    @property
    def address(self) -> str:
        """Return the address of its page for researchers."""
        name = "evaluation" if self.benchmark_id is None else "benchmark-evaluation"
        return reverse(name, args=[self.place, self.number])

    @property
    def is_open(self) -> bool:
        """Return whether pairs can be judged now."""
        return self.state == self.State.OPEN

    @property
    def is_planned(self) -> bool:
        """Return whether the evaluation can still be changed."""
        return self.state == self.State.PLANNED


class AnswerPlan(models.Model):
    """Which answers to which questions an evaluation of answers compares: sets with the ``baseline``, or with each other.

    Of each role ``general`` and ``specific`` test rows of the ``split`` are drawn with ``seed``, as for model judges, so that
    both judge the same rows; the seed of the evaluation decides everything else. No ``roles`` means all of them.
    """

    evaluation = models.OneToOneField(Evaluation, on_delete=models.CASCADE, related_name="answer_plan")
    answer_sets = models.ManyToManyField(AnswerSet, related_name="+")
    baseline = models.ForeignKey(AnswerSet, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    split = models.CharField(max_length=15, blank=True)
    general = models.PositiveSmallIntegerField(default=ROWS, validators=[MaxValueValidator(MOST_ROWS)])
    specific = models.PositiveSmallIntegerField(default=ROWS, validators=[MaxValueValidator(MOST_ROWS)])
    seed = models.PositiveIntegerField(default=SEED, validators=[MaxValueValidator(LARGEST_SEED)])
    roles = models.JSONField(default=list, blank=True)
    skips_unknown = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.evaluation)


class EvaluationOutcome(Outcome):
    """The text, code and link for evaluators who leave an evaluation in one way."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="outcomes")

    class Meta:
        ordering: ClassVar = ["evaluation_id", "kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluation", "kind"], name="outcome_kind_in_evaluation")
        ]
