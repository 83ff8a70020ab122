"""A model's scores of turns in which characters are played."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from characters.models.asking import AskingItem, AskingJob
from dialogue.seeds import SpeakerName
from rolellm.turn_judging.scores import HIGHEST, LOWEST
from studies.models import Dialogue, Study
from studies.models.fields import choices_of


class TurnJudging(AskingJob):
    """A judge's scores of turns of a study's dialogues.

    ``configuration`` holds the descriptions that it reads, by character. Requests with the same judge, prompt and descriptions
    are one judging, to which each adds the turns that it lacks.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="turn_judgings")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"Scores of turns by {self.model}"


class TurnScore(AskingItem):
    """The judge's scores of one turn of a character, which ``speaker`` plays.

    Without scores after it has finished, no answer could be read.
    """

    judging = models.ForeignKey(TurnJudging, on_delete=models.CASCADE, related_name="scores", db_index=False)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="turn_scores")
    speaker = models.CharField(max_length=10, choices=choices_of(SpeakerName))
    position = models.PositiveSmallIntegerField(help_text="Position of the turn, counted from 0.")
    style = models.PositiveSmallIntegerField(null=True, blank=True)
    knowledge = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["judging", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["judging", "dialogue", "speaker", "position"], name="turn_score_in_judging"
            ),
            models.CheckConstraint(
                name="turn_has_both_scores_or_none",
                condition=Q(style=None, knowledge=None)
                | Q(style__range=(LOWEST, HIGHEST), knowledge__range=(LOWEST, HIGHEST)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judging}: {self.speaker} of turn {self.position + 1}, {self.dialogue}"
