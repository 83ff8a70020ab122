"""Runs of simulated dialogues and their cells, and branches of dialogues."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dialogue.personas import name_feature
from jobs.models import Item, Job
from studies.models import Dialogue, Goal, Persona, Study

ELICITATION_WORDS: dict[str, str] = {
    "zero-shot": "zero-shot elicitation",
    "few-shot": "few-shot elicitation",
    "dialogue": "dialogue elicitation",
}


class PlayedJob(Job):
    """A job whose models play dialogues: what created it, and what their outputs cost."""

    MODEL_FIELDS = ("inquirer", "responder")

    inquirer = models.CharField(max_length=100)
    responder = models.CharField(max_length=100)
    configuration = models.JSONField()
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    prices = models.JSONField(
        default=dict,
        blank=True,
        help_text="By speaker, as in models.toml when the job started; speakers without are free.",
    )
    cost = models.FloatField(default=0, help_text="Of all outputs of its models, at these prices.")
    counted_outputs = models.PositiveIntegerField(default=0, help_text="Outputs that the cost includes.")
    uncounted_outputs = models.PositiveIntegerField(
        default=0, help_text="Outputs that it lacks, because the provider reported no token counts."
    )

    class Meta:
        abstract = True


class Run(PlayedJob):
    """One batch of simulated dialogues: an inquirer and a responder over personas, goals and seeds.

    ``configuration`` holds everything that affects the dialogues, except the cells; its hash ``identity`` is unique in the
    study, so that the same request finds the same run and only adds missing cells. ``provenance`` describes the software that
    created it; it is no part of the identity.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="runs")
    identity = models.CharField(max_length=64)
    concurrency = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Most dialogues at once over all workers; empty: chosen by each worker."
    )
    budget = models.FloatField(null=True, blank=True, help_text="Cost at which the run pauses; empty: none.")
    ignores_failures = models.BooleanField(
        default=False, help_text="Whether it continues although its first dialogues fail in the same way."
    )
    worked_seconds = models.FloatField(
        default=0, help_text="Seconds that workers have spent on the run, without pauses."
    )
    worked_until = models.DateTimeField(null=True, blank=True, help_text="When worked_seconds was last updated.")
    worked_dialogues = models.PositiveIntegerField(default=0, help_text="Dialogues that ended during worked_seconds.")

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "identity"], name="run_identity_in_study")]

    def __str__(self) -> str:
        speakers = f"Inquirer {self.inquirer}, responder {self.responder or 'not recorded'}"
        if self.responder_character:
            speakers += f" as {self.responder_character}"
        return f"{speakers}, {self.variant}" if self.variant else speakers

    @property
    def features(self) -> str:
        """Return what the persona sentence may use; an imported run had all features."""
        return str(self.configuration.get("features", "all"))

    @property
    def features_in_words(self) -> str:
        """Return the same, with the noun for a single feature."""
        return name_feature(self.features)

    @property
    def variant(self) -> str:
        """Return in words which features the persona sentence lacks, or how characters are elicited; empty for neither."""
        if self.elicitation:
            return f"characters by {ELICITATION_WORDS.get(self.elicitation, self.elicitation)}"
        if self.features == "none":
            return "no persona features"
        return "" if self.features == "all" else f"persona feature {self.features_in_words} alone"

    @property
    def elicitation(self) -> str:
        """Return how the characters that the run plays are elicited; empty if it plays people."""
        return str(self.configuration.get("elicitation", ""))

    @property
    def responder_character(self) -> str:
        """Return the name of the character that the responder plays; empty for none."""
        return str(self.configuration.get("responder_character", ""))

    @property
    def most_at_once(self) -> int | None:
        return self.concurrency


class RunWorker(models.Model):
    """A worker that was working on the run at ``seen_at``, by the database's clock, and its recent speed.

    Speeds are None until enough has been measured.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="workers")
    name = models.CharField(max_length=120)
    dialogues = models.PositiveIntegerField(help_text="Dialogues in progress.")
    dialogues_per_hour = models.FloatField(null=True)
    turns_per_minute = models.FloatField(null=True)
    since = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "name"], name="worker_of_run")]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Return the name of the worker's machine."""
        return self.name.split(":")[0]

    @property
    def process(self) -> str:
        """Return the number of the worker's process on its machine."""
        return self.name.split(":")[1]


class Environment(models.Model):
    """The software with which workers played: one row for each distinct ``content``, with the first such worker."""

    digest = models.CharField(max_length=64)
    content = models.JSONField()
    worker = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.worker}, {self.content['software']}"


class RunEnvironment(Environment):
    """The software with which workers played a run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="environments", db_index=False)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "digest"], name="environment_of_run")]


class Simulation(Item):
    """One cell of a run. ``batch`` counts the requests that added cells to the run.

    A cancelled cell stays cancelled, whatever happens to later batches. ``retries`` counts how often it was begun again after
    its dialogue had failed; ``dialogue`` is that of the latest try, and ``ending`` the dialogue's, written with it: pages count
    the endings of all cells again and again, which takes too long over their dialogues.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="simulations", db_index=False)
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="simulations")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="simulations")
    seed = models.BigIntegerField()
    dialogue = models.OneToOneField(
        Dialogue, on_delete=models.PROTECT, null=True, blank=True, related_name="simulation"
    )
    ending = models.CharField(
        max_length=30, blank=True, help_text="That of its dialogue; empty if it was not recorded."
    )
    batch = models.PositiveSmallIntegerField(default=1)
    is_cancelled = models.BooleanField(default=False)
    retries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "goal", "persona", "seed"], name="simulation_cell_in_run"),
            models.CheckConstraint(
                name="simulation_finishes_with_a_dialogue", condition=Q(finished_at=None) | Q(dialogue__isnull=False)
            ),
            models.CheckConstraint(
                name="simulation_with_an_ending_has_finished", condition=Q(ending="") | Q(finished_at__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "batch", "id"], name="simulation_open", condition=Q(finished_at=None)),
            models.Index(
                fields=["run", "batch", "ending"],
                name="simulation_ended",
                condition=Q(finished_at__isnull=False),
            ),
            models.Index(
                fields=["run", "leased_until"],
                name="simulation_leased",
                condition=Q(finished_at=None, leased_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.persona}, {self.goal}, seed {self.seed}"


class FailedDialogue(models.Model):
    """A dialogue that failed and that its cell has replaced with a later try."""

    cell = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="failed_dialogues")
    dialogue = models.OneToOneField(Dialogue, on_delete=models.CASCADE, related_name="failed_try")

    def __str__(self) -> str:
        return str(self.dialogue)


class Branch(PlayedJob, Item):
    """A dialogue that continues another one, its parent, from one of its turns with something changed.

    Its own dialogue begins with copies of the ``shared`` turns, so that it can be read, and branch again, like any other.
    ``configuration`` is as in a run. ``retry`` belongs to the seeds: a branch without changes repeats its parent.
    """

    parent = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="branches")
    turn = models.PositiveSmallIntegerField(
        help_text="Number of the parent's first turn, from 1, that is played again."
    )
    shared = models.PositiveSmallIntegerField(help_text="Number of turns copied from the parent.")
    utterance = models.TextField(blank=True, help_text="Utterance of that turn; empty: the inquirer writes it.")
    dialogue = models.OneToOneField(Dialogue, on_delete=models.CASCADE, related_name="branch")
    retry = models.PositiveSmallIntegerField(default=0)
    request = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Digest of a page's request; empty: a command's."
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent", "request"], condition=~Q(request=""), name="request_of_branch_from_parent"
            )
        ]

    def __str__(self) -> str:
        return f"Branch of {self.parent} at turn {self.turn}"

    @property
    def study(self) -> Study:
        """Return the study of its dialogue."""
        return self.dialogue.study


class BranchEnvironment(Environment):
    """The software with which workers played a branch."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="environments", db_index=False)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["branch", "digest"], name="environment_of_branch")]
