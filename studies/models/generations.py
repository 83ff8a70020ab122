"""The chatbot's attempts to answer a person, and how the person typed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jobs.database_clock import is_ahead, is_over
from studies.models.dialogues import Turn


class Generations(models.QuerySet["Generation"]):
    """Attempts of the chatbot. One in flight counts as under way until its lease expires: a dead process renews none."""

    def in_flight(self) -> "Generations":
        """Select the attempts that have not ended."""
        return self.filter(state__in=Generation.IN_FLIGHT)

    def under_way(self) -> "Generations":
        """Select the attempts that a live process is making."""
        return self.in_flight().filter(is_ahead("lease_until"))

    def expired(self) -> "Generations":
        """Select the attempts that a process left in flight when it died."""
        return self.in_flight().filter(is_over("lease_until"))

    def failed(self) -> "Generations":
        """Select the ended attempts in which the chatbot itself failed: they have an index, because they are few."""
        return self.exclude(reason="").filter(ended_at__isnull=False)


class Generation(models.Model):
    """One attempt of the chatbot to answer a turn. ``text`` grows while it streams and is kept however the attempt ends.

    It belongs to the process that holds its lease. When ``lease_until`` has passed, that process is gone, and the attempt is
    interrupted. ``raw`` is the complete output with thoughts, for researchers only, if ``text`` is not all of it and no Output
    has it. ``queue_position`` counts the attempts before it. ``message`` is a sentence for the participant. ``reason`` is the
    backend's error for researchers, if the chatbot itself failed.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "waiting for the chatbot"
        STREAMING = "streaming", "being written"
        COMPLETE = "complete", "complete"
        STOPPED = "stopped", "stopped"
        INTERRUPTED = "interrupted", "interrupted"
        FAILED = "failed", "failed"

    IN_FLIGHT: ClassVar = (State.QUEUED, State.STREAMING)

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="generations")
    attempt = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    text = models.TextField(blank=True)
    raw = models.TextField(blank=True, help_text="Complete output with thoughts, for researchers only.")
    message = models.TextField(blank=True)
    reason = models.TextField(blank=True, help_text="Why the chatbot failed, for researchers only.")
    queue_position = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=64)
    lease_until = models.DateTimeField()
    is_stop_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = Generations.as_manager()

    class Meta:
        db_table = "collection_generation"
        ordering: ClassVar = ["turn", "attempt"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["turn", "attempt"], name="generation_attempt_in_turn"),
            models.UniqueConstraint(
                fields=["turn"], condition=Q(state__in=["queued", "streaming"]), name="generation_in_flight_in_turn"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ended_at"], name="generation_by_end"),
            models.Index(fields=["ended_at"], condition=~Q(reason=""), name="generation_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.turn}, attempt {self.attempt + 1}: {self.state}"

    @property
    def is_in_flight(self) -> bool:
        return self.state in self.IN_FLIGHT


class Typing(models.Model):
    """How a person typed an utterance: times and counts. Pastes are recorded, never blocked."""

    MEASURES: ClassVar = (
        "first_key_seconds",
        "typing_seconds",
        "pastes",
        "pasted_characters",
        "times_hidden",
        "hidden_seconds",
    )

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, related_name="typing")
    first_key_seconds = models.FloatField(
        null=True, help_text="Seconds from when typing was possible to the first key."
    )
    typing_seconds = models.FloatField(null=True, help_text="Seconds from the first key to sending.")
    pastes = models.PositiveIntegerField(default=0)
    pasted_characters = models.PositiveIntegerField(default=0)
    times_hidden = models.PositiveIntegerField(default=0, help_text="How often the person left the page.")
    hidden_seconds = models.FloatField(default=0)

    class Meta:
        db_table = "collection_typing"

    def __str__(self) -> str:
        return f"Typing of {self.turn}"
