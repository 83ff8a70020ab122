"""What evaluators say about pairs, and how they came to it."""

from typing import ClassVar

from django.db import models
from django.db.models import Case, Q, Value, When

from evaluation.models.answers import IS_COMPLETE, AnswerFields, Choice
from evaluation.models.evaluators import Evaluator, Showing
from evaluation.models.pairs import Pair


class Judgements(models.QuerySet["Judgement"]):
    """Judgements and drafts of them."""

    def submitted(self) -> "Judgements":
        """Those that are no drafts any more."""
        return self.filter(submitted_at__isnull=False)

    def counted(self) -> "Judgements":
        """Those that results are made of: submitted, about pairs of the plan, nobody in which has withdrawn."""
        return self.submitted().filter(pair__role=Pair.Role.MAIN, pair__withdrawn_at=None)

    def told(self) -> "Judgements":
        """With ``told_choice``: "simulated", "natural" or "not sure", whichever side it stood on (figure 13).

        "simulated" means detected; the other two are undetected.
        """
        is_not_sure = When(choice=Choice.NOT_SURE, then=Value("not sure"))
        natural = Q(choice=Choice.FIRST, showing__is_natural_first=True) | Q(
            choice=Choice.SECOND, showing__is_natural_first=False
        )
        return self.exclude(choice="").annotate(
            told_choice=Case(is_not_sure, When(natural, then=Value("natural")), default=Value("simulated"))
        )


class Judgement(AnswerFields):
    """One evaluator's answer about one pair; until ``submitted_at`` a draft, which may lack answers.

    ``key`` makes submitting idempotent. ``shown_at`` is the server's clock; the other times are seconds since then by the
    browser's: ``active_seconds`` is what they spent with the page before them, doing something; ``hidden_seconds`` and
    ``idle_seconds`` are kept apart from it. ``scrolled_first`` and ``scrolled_second`` say how much of each side they had
    before their eyes, from 0 to 1. How the pair was shown is kept with the answer.
    """

    MEASURES: ClassVar = (
        "first_interaction_seconds",
        "decision_seconds",
        "submit_seconds",
        "active_seconds",
        "hidden_seconds",
        "idle_seconds",
        "scrolled_first",
        "scrolled_second",
    )

    showing = models.OneToOneField(Showing, on_delete=models.CASCADE, related_name="judgement")
    evaluator = models.ForeignKey(Evaluator, on_delete=models.CASCADE, related_name="judgements")
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="judgements")
    key = models.CharField(max_length=40, blank=True, editable=False)
    shown_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    first_interaction_seconds = models.FloatField(null=True)
    decision_seconds = models.FloatField(null=True, help_text="Until the last change of the choice.")
    submit_seconds = models.FloatField(null=True)
    active_seconds = models.FloatField(null=True)
    hidden_seconds = models.FloatField(null=True)
    idle_seconds = models.FloatField(null=True)
    scrolled_first = models.FloatField(null=True)
    scrolled_second = models.FloatField(null=True)
    showed_goal = models.BooleanField()
    showed_persona = models.BooleanField()

    objects = Judgements.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evaluator", "pair"], name="judgement_of_evaluator_and_pair"),
            models.CheckConstraint(
                name="judgement_submitted_is_complete", condition=Q(submitted_at__isnull=True) | IS_COMPLETE
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluator} on {self.pair}"


class Revision(AnswerFields):
    """An answer as it stood at one time: every change of a draft, and every submission, in order."""

    judgement = models.ForeignKey(Judgement, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(help_text="Counted from 1.")
    is_submitted = models.BooleanField(default=False)
    active_seconds = models.FloatField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["judgement", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["judgement", "number"], name="revision_number_in_judgement")
        ]

    def __str__(self) -> str:
        return f"{self.judgement}, revision {self.number}"
