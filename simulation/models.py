"""Runs of simulated dialogues and their cells."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jobs.models import Item, Job
from studies.models import Dialogue, Goal, Persona, Study


class Run(Job):
    """One batch of simulated dialogues: an inquirer and a responder over personas, goals and seeds.

    ``configuration`` holds everything that affects the dialogues, except the cells; its hash ``identity`` is unique in the
    study, so that the same request finds the same run and only adds missing cells.
    """

    MODEL_FIELDS = ("inquirer", "responder")

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="runs")
    inquirer = models.CharField(max_length=100)
    responder = models.CharField(max_length=100)
    configuration = models.JSONField()
    identity = models.CharField(max_length=64)
    worked_seconds = models.FloatField(
        default=0, help_text="Seconds that workers have spent on the run, without pauses."
    )
    worked_until = models.DateTimeField(null=True, blank=True, help_text="When worked_seconds was last updated.")
    worked_dialogues = models.PositiveIntegerField(default=0, help_text="Dialogues that ended during worked_seconds.")

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "identity"], name="run_identity_in_study")]

    def __str__(self) -> str:
        return f"Inquirer {self.inquirer}, responder {self.responder or 'not recorded'}"


class Simulation(Item):
    """One cell of a run. ``batch`` counts the requests that added cells to the run.

    A cancelled cell stays cancelled, whatever happens to later batches.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="simulations")
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="simulations")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="simulations")
    seed = models.BigIntegerField()
    dialogue = models.OneToOneField(
        Dialogue, on_delete=models.PROTECT, null=True, blank=True, related_name="simulation"
    )
    batch = models.PositiveSmallIntegerField(default=1)
    is_cancelled = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "persona", "goal", "seed"], name="simulation_cell_in_run"),
            models.CheckConstraint(
                name="simulation_finishes_with_a_dialogue", condition=Q(finished_at=None) | Q(dialogue__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "leased_until"], name="simulation_open", condition=Q(finished_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.persona}, {self.goal}, seed {self.seed}"
