"""Dialogues, their turns, and the outputs of models."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dialogue.backends.base import StopReason
from dialogue.outputs import OutputStatus
from dialogue.seeds import SpeakerName
from dialogue.speakers import Ending
from jobs.models import new_token
from studies.models.conditions import Condition
from studies.models.fields import choices_of
from studies.models.personas import Persona
from studies.models.studies import Goal, Study

ENDINGS = choices_of(Ending)


class Dialogue(models.Model):
    """Turns about one goal by one persona, with everything that identifies the speakers.

    ``inquirer`` and ``responder`` hold the model's name, file hash, prompt set and sampling; {} is a person.
    An imported dialogue has ended but may lack an ending, because the official format does not record it.
    Only a natural dialogue has a condition, and only in a study with conditions.
    A branch continues another dialogue from one of its turns with something changed; figures, pairs and runs exclude branches.
    """

    class Kind(models.TextChoices):
        NATURAL = "natural", "natural"
        SIMULATED = "simulated", "simulated"
        BRANCH = "branch", "branch"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="dialogues", db_index=False)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="dialogues")
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="dialogues")
    persona_sentence = models.TextField(help_text="As given to the inquirer. A run may limit the features.")
    kind = models.CharField(max_length=10, choices=Kind)
    condition = models.ForeignKey(Condition, on_delete=models.RESTRICT, null=True, blank=True, related_name="dialogues")
    draft = models.TextField(blank=True, editable=False, help_text="The participant's unsent message.")
    inquirer = models.JSONField(default=dict, blank=True)
    responder = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    ending = models.CharField(max_length=30, choices=ENDINGS, blank=True)
    imported_from = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_replaced = models.BooleanField(
        default=False, help_text="It failed and was tried again: results and exports use the later dialogue."
    )
    length = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Number of turns when the dialogue was last indexed; 0 for a simulation in progress. Count the turns for "
        "the current number.",
    )

    class Meta:
        db_table = "collection_dialogue"
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="dialogue_ending_is_known", condition=Q(ending="") | Q(ending__in=[value for value, _ in ENDINGS])
            ),
            models.CheckConstraint(
                name="dialogue_with_an_ending_has_ended", condition=Q(ending="") | Q(ended_at__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["persona", "goal"],
                condition=Q(kind="natural", imported_from="") & ~Q(ending="left"),
                name="chat_of_persona_and_goal",
            ),
        ]
        # Lists of dialogues are filtered and sorted in this index alone, because rows are a hundred times as long.
        indexes: ClassVar = [
            models.Index(
                fields=["study", "kind", "goal", "persona", "length", "ending", "is_replaced", "id"],
                name="dialogues_of_study",
            )
        ]

    def __str__(self) -> str:
        return f"{self.persona}, {self.goal}"


class Turn(models.Model):
    """The inquirer's utterance and the responder's answer; tokens are counted by the responder's tokenizer.

    A person's utterance is stored before its answer is requested; until then the turn is pending. The ``response``
    of a stopped turn is the part before the participant stopped it. A failed turn has none, and the chatbot never reads it
    again.
    ``key`` makes sending idempotent: the page generates it, and repeats it with the same message.
    ``is_last``, whether the inquirer stopped with this turn, is only known where a dialogue is resumed.
    """

    is_last = False

    class State(models.TextChoices):
        PENDING = "pending", "not answered yet"
        COMPLETE = "complete", "complete"
        STOPPED = "stopped", "stopped by the participant"
        FAILED = "failed", "without a reply"

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveSmallIntegerField(help_text="Counted from 0.")
    utterance = models.TextField()
    response = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.COMPLETE)
    key = models.CharField(max_length=40, blank=True, editable=False)
    utterance_tokens = models.PositiveIntegerField(null=True, blank=True)
    response_tokens = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "collection_turn"
        ordering: ClassVar = ["dialogue_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dialogue", "position"], name="turn_position_in_dialogue"),
            models.UniqueConstraint(
                fields=["dialogue"], condition=Q(state="pending"), name="turn_in_flight_in_dialogue"
            ),
            models.UniqueConstraint(fields=["dialogue", "key"], condition=~Q(key=""), name="turn_key_in_dialogue"),
        ]

    def __str__(self) -> str:
        return f"Turn {self.position + 1}"


class Output(models.Model):
    """One output of a model: accepted, rejected, or part of the final step.

    ``text`` is the part that reaches the other speaker; ``attempt`` counts regenerations. Only ``raw`` includes thoughts;
    those that the server sent separately are between <think> and </think>.
    """

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="outputs")
    position = models.PositiveSmallIntegerField(help_text="Position of the turn, counted from 0.")
    speaker = models.CharField(max_length=10, choices=choices_of(SpeakerName))
    attempt = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=12, choices=choices_of(OutputStatus))
    raw = models.TextField(blank=True)
    text = models.TextField(blank=True)
    prompts_found = models.PositiveSmallIntegerField(default=0)
    is_self_reply = models.BooleanField(
        default=False, help_text="Whether it was cut where the model began a new message."
    )
    has_rest = models.BooleanField(default=False, help_text="Whether there is text beside the stop token.")
    left_out = models.PositiveSmallIntegerField(
        default=0, help_text="Number of oldest turns that did not fit the context."
    )
    prompt_tokens = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Counted by the model's own tokenizer. Empty: the provider does not count them.",
    )
    completion_tokens = models.PositiveIntegerField(null=True, blank=True, help_text="Includes thoughts.")
    cached_tokens = models.PositiveIntegerField(
        null=True, blank=True, help_text="Part of the prompt that the provider had read before. Empty: it reports none."
    )
    thought_characters = models.PositiveIntegerField(default=0)
    thought_tokens = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: they were not counted.")
    unsent = models.CharField(
        max_length=100,
        blank=True,
        help_text="Settings not sent to the server, because it refuses or does not know them.",
    )
    first_token_seconds = models.FloatField()
    seconds = models.FloatField()
    stop_reason = models.CharField(max_length=10, choices=choices_of(StopReason))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "collection_output"
        ordering: ClassVar = ["dialogue_id", "position", "speaker", "attempt"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dialogue", "position", "speaker", "attempt"], name="output_attempt_in_turn"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["dialogue"], condition=~Q(unsent=""), name="output_without_a_setting")
        ]

    def __str__(self) -> str:
        return f"{self.speaker} {self.position + 1}.{self.attempt}: {self.status}"
