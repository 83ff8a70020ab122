"""The three questions about a pair (figure 12), and the fields that hold an answer to them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Choice(models.TextChoices):
    """Which dialogue is artificial?"""

    FIRST = "first", "1st"
    SECOND = "second", "2nd"
    NOT_SURE = "not_sure", "Not sure"


class Confidence(models.TextChoices):
    """How confident are you about your choice?"""

    SOMEWHAT = "somewhat confident", "Somewhat confident"
    CONFIDENT = "confident", "Confident"
    VERY = "very confident", "Very confident"


class Bubble(models.TextChoices):
    """Who says what was clicked."""

    PROMPT = "prompt", "prompt"
    ANSWER = "answer", "answer"


class AnswerFields(models.Model):
    """An answer, whole or in part. ``utterance_number`` counts turns from 1; 0 says that no single utterance reveals it, and
    nothing is said as None. ``utterance_side`` and ``utterance_bubble`` tell which bubble was clicked, if one was.
    """

    NO_SINGLE_UTTERANCE: ClassVar = 0

    choice = models.CharField(max_length=10, choices=Choice, blank=True)
    confidence = models.CharField(max_length=20, choices=Confidence, blank=True)
    utterance_number = models.PositiveSmallIntegerField(null=True, blank=True)
    utterance_side = models.CharField(max_length=10, choices=Choice.choices[:2], blank=True)
    utterance_bubble = models.CharField(max_length=10, choices=Bubble, blank=True)

    class Meta:
        abstract = True


IS_COMPLETE = ~Q(choice="") & ~Q(confidence="") & Q(utterance_number__isnull=False)
"""Whether all three questions are answered."""
