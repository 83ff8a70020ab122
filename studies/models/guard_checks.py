"""Checks of dialogues by guards, models that look for unsafe content."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from dialogue.guards.findings import Verdict
from jobs.models import Item, Job
from studies.models.descents import Descent
from studies.models.dialogues import Dialogue
from studies.models.fields import choices_of
from studies.models.studies import Study

VERDICTS = choices_of(Verdict)


class GuardRun(Job):
    """The checks of a study's dialogues by one guard.

    ``configuration`` holds everything that affects its answers; ``identity``, its hash, is unique in the study, so that the
    same request only adds the dialogues that it has not checked.
    """

    MODEL_FIELDS = ("model",)

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="guard_runs")
    model = models.CharField(max_length=100)
    configuration = models.JSONField()
    identity = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "identity"], name="guard_run_identity_in_study")
        ]

    def __str__(self) -> str:
        return f"Guard {self.model}"


class GuardCheck(Item):
    """A guard's verdict about one dialogue.

    ``findings`` holds one entry for each message, in order, with the guard's raw answer; ``categories`` are those of all of
    them. An unreadable answer never counts as safe.
    """

    guard_run = models.ForeignKey(GuardRun, on_delete=models.CASCADE, related_name="checks", db_index=False)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="guard_checks")
    verdict = models.CharField(max_length=10, choices=VERDICTS, blank=True)
    categories = models.JSONField(default=list, blank=True)
    findings = models.JSONField(default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["guard_run", "dialogue"], name="check_of_dialogue_in_guard_run"),
            models.CheckConstraint(
                name="guard_check_finishes_with_a_verdict",
                condition=Q(finished_at=None, verdict="")
                | Q(finished_at__isnull=False, verdict__in=[value for value, _ in VERDICTS]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guard_run}: {self.dialogue}"


def found_unsafe(dialogue: str = "pk") -> Exists:
    """Return whether any guard found the dialogue unsafe, for queries in which the field ``dialogue`` is its key."""
    return Exists(GuardCheck.objects.filter(dialogue=OuterRef(dialogue), verdict="unsafe"))


def is_unsafe() -> Any:
    """Return whether a dialogue counts as unsafe, for queries about dialogues.

    It does if a guard found it unsafe, if it was stopped as unsafe while it was played, or if it is a branch that keeps turns
    of such a dialogue: those turns may be the unsafe ones, whether or not a guard has checked the branch.
    """
    kept = Descent.objects.filter(dialogue=OuterRef("pk"), keeps_turns=True)
    keeps_unsafe = Exists(kept.filter(Q(ancestor__ending="unsafe") | found_unsafe("ancestor")))
    return Q(ending="unsafe") | found_unsafe() | keeps_unsafe
