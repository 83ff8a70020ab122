"""The questions about a pair, and the fields of an answer to them: the three of figure 12, or a rating for each criterion."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop


class Choice(models.TextChoices):
    """Answers to "Which dialogue is artificial?". The labels are English; the judging page translates them."""

    FIRST = "first", gettext_noop("1st")
    SECOND = "second", gettext_noop("2nd")
    NOT_SURE = "not_sure", gettext_noop("Not sure")


class Preference(models.TextChoices):
    """Ratings of two answers by one criterion."""

    FIRST = "first", "1st"
    SECOND = "second", "2nd"
    TIE = "tie", "No difference"


class Confidence(models.TextChoices):
    """Answers to "How confident are you about your choice?"."""

    SOMEWHAT = "somewhat confident", gettext_noop("Somewhat confident")
    CONFIDENT = "confident", gettext_noop("Confident")
    VERY = "very confident", gettext_noop("Very confident")


class Bubble(models.TextChoices):
    """The speaker of the clicked bubble."""

    PROMPT = "prompt", "prompt"
    ANSWER = "answer", "answer"


class AnswerFields(models.Model):
    """A complete or partial answer. ``utterance_number`` counts turns from 1; 0 means that no single utterance reveals the
    artificial dialogue, None that the question is not answered. ``utterance_side`` and ``utterance_bubble`` name the clicked
    bubble, if any. ``ratings`` of two answers are by criterion, {"choice": a Preference or "", "reason": text}; None for
    dialogues. ``own_answers`` are those to the evaluation's own questions, by the name under which each is asked.
    """

    NO_SINGLE_UTTERANCE: ClassVar = 0

    choice = models.CharField(max_length=10, choices=Choice, blank=True)
    confidence = models.CharField(max_length=20, choices=Confidence, blank=True)
    utterance_number = models.PositiveSmallIntegerField(null=True, blank=True)
    utterance_side = models.CharField(max_length=10, choices=Choice.choices[:2], blank=True)
    utterance_bubble = models.CharField(max_length=10, choices=Bubble, blank=True)
    ratings = models.JSONField(null=True, blank=True)
    own_answers = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True


_HAS_UTTERANCE = Q(choice=Choice.NOT_SURE.value) | Q(utterance_number__isnull=False)
IS_COMPLETE = Q(ratings__isnull=False) | (~Q(choice="") & ~Q(confidence="") & _HAS_UTTERANCE)
"""The condition that all three questions are answered, of which "not sure" leaves out the third, or that answers are rated."""
