"""Evaluators' judgements, drafts and revisions."""

from typing import ClassVar

from django.db import models
from django.db.models import Case, Q, Value, When

from evaluation.models.answers import IS_COMPLETE, AnswerFields, Choice
from evaluation.models.evaluators import Evaluator, Presentation
from evaluation.models.pairs import Pair, has_excluded


class Judgements(models.QuerySet["Judgement"]):
    """A selection of judgements and drafts."""

    def submitted(self) -> "Judgements":
        """Select those that are submitted."""
        return self.filter(submitted_at__isnull=False)

    def judged(self) -> "Judgements":
        """Select those that were asked for: submitted, about main pairs of people who have not withdrawn."""
        return self.submitted().filter(pair__role=Pair.Role.MAIN, pair__withdrawn_at=None)

    def counted(self) -> "Judgements":
        """Select those that count in results: asked for, about pairs of which researchers have excluded no dialogue."""
        return self.judged().exclude(has_excluded("pair__"))

    def with_chosen_kind(self) -> "Judgements":
        """Add ``chosen_kind``: "simulated", "natural" or "not sure", independent of the sides (figure 13).

        "simulated" means detected; the other two are undetected.
        """
        is_not_sure = When(choice=Choice.NOT_SURE, then=Value("not sure"))
        natural = Q(choice=Choice.FIRST, presentation__is_natural_first=True) | Q(
            choice=Choice.SECOND, presentation__is_natural_first=False
        )
        return self.exclude(choice="").annotate(
            chosen_kind=Case(is_not_sure, When(natural, then=Value("natural")), default=Value("simulated"))
        )


class Judgement(AnswerFields):
    """One evaluator's answer about one pair; without ``submitted_at`` a draft, which may be incomplete.

    ``key`` makes submitting idempotent. ``shown_at`` is a time of the server; the other times are seconds since then, measured
    by the browser. ``active_seconds`` counts the time on the visible page with input, without ``hidden_seconds`` and
    ``idle_seconds``. ``scrolled_first`` and ``scrolled_second`` are the shares of each side that were visible, from 0 to 1.
    ``showed_goal`` and ``showed_persona`` record how the pair was presented.
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

    presentation = models.OneToOneField(
        Presentation, on_delete=models.CASCADE, related_name="judgement", db_column="showing_id"
    )
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
    """An answer at one time: after each change of a draft, and at each submission, in order."""

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
