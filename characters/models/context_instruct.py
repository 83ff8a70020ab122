"""Context-Instruct: triplets that a model makes out of a profile."""

from typing import ClassVar, Literal

from django.db import models

from characters.models.asking import AskingItem, AskingJob
from characters.models.characters import Character
from rolellm.triplets import Level, Origin
from studies.models.fields import choices_of

Fate = Literal["new", "kept", "low", "repeat", "duplicate", "malformed"]
Split = Literal["train", "test"]
FATES: dict[str, str] = {
    "kept": "kept",
    "low": "doubted by the model",
    "repeat": "repeat",
    "duplicate": "duplicate",
    "malformed": "malformed",
    "new": "not selected yet",
}
"""The fates in words, as pages show them."""
PARTS: dict[str, str] = {"train": "training part", "test": "test part"}


class ContextInstruct(AskingJob):
    """One pass of Context-Instruct over a character's profile. Its items are the calls of the model."""

    character = models.ForeignKey(Character, on_delete=models.CASCADE, related_name="instructions")
    wanted = models.PositiveIntegerField(default=400, help_text="Triplets up to which script-agnostic calls are added.")
    is_filtered = models.BooleanField(default=False, help_text="Whether its triplets have been filtered and divided.")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Context-Instruct for {self.character} by {self.model}"


class InstructCall(AskingItem):
    """One call: a segment of the profile (rows ``first_row`` to ``last_row``), or the description for script-agnostic ones.

    ``script`` is the segment as the prompt shows it, so that a call asks the same after a profile was replaced.
    """

    job = models.ForeignKey(ContextInstruct, on_delete=models.CASCADE, related_name="calls", db_index=False)
    position = models.PositiveIntegerField()
    origin = models.CharField(max_length=15, choices=choices_of(Origin))
    first_row = models.PositiveIntegerField(null=True, blank=True)
    last_row = models.PositiveIntegerField(null=True, blank=True)
    script = models.TextField(blank=True)
    is_top_up = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["job", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "position"], name="call_position_in_job")]

    def __str__(self) -> str:
        return f"{self.job}, call {self.position + 1}"


class Triplet(models.Model):
    """A question, the model's confidence in it (``metrics`` is its wording), and an answer; or a part that is none.

    ``fate`` says whether it was kept, and ``reason`` why not. Of those kept or filtered out as duplicates, ``split`` says which
    part they belong to. ``similarity`` is a duplicate's highest to a question kept before it. The ``answer`` of a malformed
    part is its text.
    """

    call = models.ForeignKey(InstructCall, on_delete=models.CASCADE, related_name="triplets", db_index=False)
    position = models.PositiveSmallIntegerField(help_text="Within the call, counted from 0.")
    question = models.TextField(blank=True)
    metrics = models.TextField(blank=True)
    level = models.CharField(max_length=4, choices=choices_of(Level), blank=True)
    answer = models.TextField(blank=True)
    fate = models.CharField(max_length=10, choices=choices_of(Fate), default="new")
    reason = models.TextField(blank=True)
    similarity = models.FloatField(null=True, blank=True)
    split = models.CharField(max_length=5, choices=choices_of(Split), blank=True)

    class Meta:
        ordering: ClassVar = ["call", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "position"], name="triplet_position_in_call")]

    def __str__(self) -> str:
        return f"{self.call}, triplet {self.position + 1}"

    @property
    def fate_in_words(self) -> str:
        """Return what became of it, and the part to which it belongs, if any."""
        return ", ".join(filter(None, (FATES[self.fate], PARTS.get(self.split, ""))))
