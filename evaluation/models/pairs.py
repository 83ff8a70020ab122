"""Pairs of dialogues, or of answers, to be judged."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from evaluation.inquirers import name_inquirer
from evaluation.models.evaluations import Evaluation
from studies.models import Dialogue, Goal, is_excluded, new_token


class Pair(models.Model):
    """A natural and a simulated dialogue of the same persona and goal, or two answers of a character to the same question.

    ``person`` is the participant's persona code (``generator_user`` in exports), ``model`` the inquirer's name,
    ``elicitation`` how it plays characters, if it does, and ``condition`` the natural dialogue's condition, if it has any. A
    pair for training or as an attention check has ``known`` text instead of dialogues (``evaluation.planning.known_pairs``).
    When the participant withdraws, the dialogues are deleted; the pair stays without text and with ``withdrawn_at``.

    Of two answers, ``person`` is the position of the question in the benchmark, ``model`` names both answer sets, and
    ``answers`` holds everything that is read: "role", "part", "question", "description", and "one" and "other", each with the
    "name" and "token" of its answer set and the "text". "natural first" then means that the other one is first.
    """

    class Role(models.TextChoices):
        MAIN = "main", "judged"
        TRAINING = "training", "training"
        CHECK = "check", "attention check"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="pairs")
    role = models.CharField(max_length=10, choices=Role, default=Role.MAIN)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=250, blank=True)
    elicitation = models.CharField(max_length=20, blank=True)
    condition = models.CharField(max_length=40, blank=True)
    natural = models.ForeignKey(Dialogue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    simulated = models.ForeignKey(Dialogue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    known = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evaluation", "natural", "model", "elicitation"],
                condition=Q(role="main", natural__isnull=False),
                name="pair_of_natural_dialogue_and_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} and {self.inquirer}, {self.subject}" if self.role == self.Role.MAIN else self.role

    @property
    def subject(self) -> str:
        """Return what a main pair is about: its goal in words, or the role that gave the answers."""
        return str(self.goal or self.answers["role"])

    @property
    def inquirer(self) -> str:
        """Return the name under which the pair is counted: the model in its elicitation."""
        return name_inquirer(self.model, self.elicitation)


def has_excluded(pair: str = "") -> Q:
    """Return whether researchers excluded a dialogue of the pair, for queries in which its fields begin with ``pair``."""
    return Q(is_excluded(f"{pair}natural")) | Q(is_excluded(f"{pair}simulated"))
