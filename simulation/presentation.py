"""Runs as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.heartbeats import absent_worker, is_abandoned
from jobs.routing import Service
from simulation.costs import Cost, cost_of
from simulation.models import Run, Simulation
from simulation.progress import Tally
from simulation.reports import time_left
from studies.models import Dialogue

LEAST_SECONDS = 10
"""Working time after which a rate is meaningful."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """The cells that one request added to a run."""

    number: int
    tally: Tally
    run_state: str

    @property
    def kind(self) -> str:
        """Return the state of this batch: a finished one stays finished, whatever happens to later ones."""
        if self.tally.cancelled:
            return str(Run.State.CANCELLED)
        return self.run_state if self.tally.left else str(Run.State.FINISHED)


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run's current state, in a list or on its page. ``services`` are those of all live workers."""

    run: Run
    tally: Tally
    services: list[Service]

    @property
    def is_abandoned(self) -> bool:
        """Return whether the terminal that worked on the run was closed or stopped before it could pause the run."""
        return is_abandoned(self.run, is_worked_on=self.tally.held + self.tally.postponed > 0)

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the run."""
        is_worked_on = self.tally.held > 0 or self.tally.left == 0
        return "" if is_worked_on else absent_worker(self.run, self.services)

    @property
    def state(self) -> str:
        """Return the run's state in words."""
        if self.is_abandoned:
            return "stopped: its terminal was closed"
        if self.absent_worker:
            return "waiting for a worker"
        if self.run.state == Run.State.RUNNING:
            place = "running" if self.run.is_queued else "running in a terminal"
            return f"{place}, {self.tally.failing} failing" if self.tally.failing else place
        latest = self.batches[-1] if len(self.batches) > 1 else None
        return f"batch {latest.number} {latest.kind}" if latest else self.run.get_state_display()

    @property
    def kind(self) -> str:
        """Return the state's colour: "failed" is red."""
        is_running = self.run.state == Run.State.RUNNING
        has_stopped = self.run.state == Run.State.PAUSED and self.run.message
        if self.absent_worker or has_stopped or (is_running and self.tally.failing and not self.is_abandoned):
            return "failed"
        return "paused" if self.is_abandoned else str(self.run.state)

    @property
    def batches(self) -> list[BatchLine]:
        """Return the batches in order of their requests."""
        return [BatchLine(number, tally, self.run.state) for number, tally in sorted(self.tally.batches.items())]

    @property
    def recent_per_hour(self) -> float | None:
        """Return the recent speed of all workers, if the page reads it."""
        return None

    @property
    def per_hour(self) -> float | None:
        """Return the dialogues per hour, recently or on average per working hour; None until enough has been measured."""
        return self.recent_per_hour or self._average_per_hour

    @property
    def _average_per_hour(self) -> float | None:
        if self.run.worked_seconds < LEAST_SECONDS or not self.run.worked_dialogues:
            return None
        return self.run.worked_dialogues * 3600 / self.run.worked_seconds

    @property
    def time_left(self) -> str:
        """Return the time left at that rate; empty while no worker works on the run."""
        is_worked_on = self.run.state == Run.State.RUNNING and self.tally.held > 0
        return time_left(self.tally.left / self.per_hour) if is_worked_on and self.per_hour and self.tally.left else ""

    @property
    def cost(self) -> Cost | None:
        """Return what the run has cost; None without prices."""
        return cost_of(self.run)

    @property
    def label(self) -> str:
        """Return the labels of the run's models, as they were when it was created."""
        labels = (self.run.configuration.get(speaker, {}).get("label", "") for speaker in ("inquirer", "responder"))
        return "; ".join(dict.fromkeys(filter(None, labels)))


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a dialogue in its run. ``later`` is the token of the dialogue that replaced it, if any."""

    run: Run
    before: str
    after: str
    later: str = ""


def describe_requested(runs: Sequence[Run], done: str) -> str:
    """Return in a sentence which of the requested runs were "started" or "prepared" and which had all their dialogues before;
    empty if that is obvious."""
    complete = sum(run.state == Run.State.FINISHED for run in runs)
    count = len(runs) - complete
    new = f"{count} run{' was' if count == 1 else 's were'} {done}"
    if not complete:
        return f"{new}." if count > 1 else ""
    old = f"exist{'s' if complete == 1 else ''} already and ha{'s' if complete == 1 else 've'} all these dialogues"
    return f"{new}; {complete} {old}." if count else f"{complete} run{'' if complete == 1 else 's'} {old}."


def read_place(dialogue: Dialogue) -> Place | None:
    """Return the dialogue's run and the tokens of its neighbours there, empty at the ends; None outside runs."""
    if dialogue.is_replaced:
        return _read_former_place(dialogue)
    cell = Simulation.objects.select_related("run").filter(dialogue=dialogue).first()
    if cell is None:
        return None
    begun = cell.run.simulations.filter(dialogue__isnull=False).values_list("dialogue__token", flat=True)
    before = begun.filter(pk__lt=cell.pk).order_by("-pk").first()
    after = begun.filter(pk__gt=cell.pk).order_by("pk").first()
    return Place(cell.run, before or "", after or "")


def _read_former_place(dialogue: Dialogue) -> Place:
    cell = Simulation.objects.select_related("run", "dialogue").get(failed_dialogues__dialogue=dialogue)
    return Place(cell.run, "", "", cell.dialogue.token if cell.dialogue else "")
