"""What the pages show of studies and their runs."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils import timezone

from collection.research.collecting import Admission, Counts, read_admission, read_counts
from collection.research.trouble import Trouble, read_trouble, read_troubles
from simulation.models import Run, Simulation
from simulation.progress import SILENCE, Tally, is_any_worker_at_work, tally_runs
from simulation.reports import time_left
from studies.language_models.catalogue import Catalogue, read_catalogue
from studies.models import Dialogue, Goal, Persona, Study
from studies.presentation import persona_sentence

LEAST_SECONDS = 10
"""Time of work before a rate is meaningful."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """The cells that one request added to a run."""

    number: int
    tally: Tally
    run_state: str

    @property
    def kind(self) -> str:
        """The batch's own state: a finished one stays finished, whatever happens to later ones."""
        if self.tally.cancelled:
            return str(Run.State.CANCELLED)
        return self.run_state if self.tally.left else str(Run.State.FINISHED)


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run's present state, in a list or on its own page. ``is_worker_at_work`` is true for work on any run."""

    run: Run
    tally: Tally
    is_worker_at_work: bool

    @property
    def is_abandoned(self) -> bool:
        """Whether the terminal that worked on the run was closed or stopped before it could pause the run."""
        is_terminals = self.run.state == Run.State.RUNNING and not self.run.is_queued
        return is_terminals and not (self.tally.held or self.tally.postponed or self._has_just_started)

    @property
    def is_silent(self) -> bool:
        """Whether the run waits for workers in vain."""
        is_waiting = self.run.state == Run.State.RUNNING and self.run.is_queued and self.tally.due > 0
        return is_waiting and not (self.is_worker_at_work or self._has_just_started)

    @property
    def state(self) -> str:
        """The run's state as a person would say it."""
        if self.is_abandoned:
            return "stands still: its terminal is gone"
        if self.is_silent:
            return "No worker is responding"
        if self.run.state == Run.State.RUNNING:
            place = "running" if self.run.is_queued else "running in a terminal"
            return f"{place}, {self.tally.failing} failing" if self.tally.failing else place
        latest = self.batches[-1] if len(self.batches) > 1 else None
        return f"batch {latest.number} {latest.kind}" if latest else self.run.get_state_display()

    @property
    def kind(self) -> str:
        """How the state is coloured: "failed" is red."""
        is_running = self.run.state == Run.State.RUNNING
        has_stopped = self.run.state == Run.State.PAUSED and self.run.message
        if self.is_silent or has_stopped or (is_running and self.tally.failing and not self.is_abandoned):
            return "failed"
        return "paused" if self.is_abandoned else str(self.run.state)

    @property
    def batches(self) -> list[BatchLine]:
        """In the order in which they were asked for."""
        return [BatchLine(number, tally, self.run.state) for number, tally in sorted(self.tally.batches.items())]

    @property
    def per_hour(self) -> float | None:
        """Ended dialogues per hour of work; None until enough was measured."""
        if self.run.worked_seconds < LEAST_SECONDS or not self.run.worked_dialogues:
            return None
        return self.run.worked_dialogues * 3600 / self.run.worked_seconds

    @property
    def time_left(self) -> str:
        """How long the rest takes at that rate; empty while nobody works on it."""
        is_worked_on = self.run.state == Run.State.RUNNING and self.tally.held > 0
        return time_left(self.tally.left / self.per_hour) if is_worked_on and self.per_hour and self.tally.left else ""

    @property
    def label(self) -> str:
        """What is to be said about the run's models, as they were when it was made."""
        labels = (self.run.configuration.get(side, {}).get("label", "") for side in ("inquirer", "responder"))
        return "; ".join(dict.fromkeys(filter(None, labels)))

    @property
    def _has_just_started(self) -> bool:
        return self.run.started_at is not None and timezone.now() - self.run.started_at < SILENCE


@dataclass(frozen=True, slots=True)
class StudyLine:
    """A study in the list, with its runs, latest first."""

    study: Study
    chatbot_label: str
    goals: int
    personas: int
    dialogues: int
    participants: int
    runs: list[RunLine]
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class PersonaLine:
    """A persona with its sentence."""

    persona: Persona
    sentence: str


@dataclass(frozen=True, slots=True)
class StudyPage:
    """A study with all that a new run can choose from."""

    study: Study
    catalogue: Catalogue
    goals: list[Goal]
    personas: list[PersonaLine]
    runs: list[RunLine]
    collecting: Counts
    admission: Admission
    trouble: Trouble | None

    @property
    def chatbot_label(self) -> str:
        return self.catalogue.label(self.study.chatbot)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dialogue stands in its run."""

    run: Run
    before: str
    after: str


def list_studies() -> list[StudyLine]:
    """All studies by title."""
    catalogue = read_catalogue()
    studies = list(Study.objects.order_by("title").prefetch_related("runs"))
    goals, personas, dialogues, participants = map(_count, ("goals", "personas", "dialogues", "participants"))
    troubles = read_troubles(studies)
    tallies, is_at_work = tally_runs(run for study in studies for run in study.runs.all()), is_any_worker_at_work()
    return [
        StudyLine(
            study,
            catalogue.label(study.chatbot),
            goals[study.pk],
            personas[study.pk],
            dialogues[study.pk],
            participants[study.pk],
            [RunLine(run, tallies[run.pk], is_at_work) for run in study.runs.all()],
            troubles.get(study.pk),
        )
        for study in studies
    ]


def read_study(study: Study) -> StudyPage:
    """The study's page."""
    runs, now = list(study.runs.all()), timezone.now()
    tallies, is_at_work = tally_runs(runs), is_any_worker_at_work()
    return StudyPage(
        study,
        read_catalogue(),
        list(study.goals.order_by("number")),
        [PersonaLine(persona, persona_sentence(persona)) for persona in study.personas.order_by("code")],
        [RunLine(run, tallies[run.pk], is_at_work) for run in runs],
        read_counts(study, now),
        read_admission(study, now),
        read_trouble(study),
    )


def read_place(dialogue: Dialogue) -> Place | None:
    """The run of the dialogue and the tokens of its neighbours there, empty at the ends; None outside of runs."""
    cell = Simulation.objects.select_related("run").filter(dialogue=dialogue).first()
    if cell is None:
        return None
    begun = cell.run.simulations.filter(dialogue__isnull=False).values_list("dialogue__token", flat=True)
    before = begun.filter(pk__lt=cell.pk).order_by("-pk").first()
    after = begun.filter(pk__gt=cell.pk).order_by("pk").first()
    return Place(cell.run, before or "", after or "")


def _count(relation: str) -> dict[int, int]:
    """How many rows of ``relation`` each study has: a query of its own, because joins would multiply the counts."""
    counted: QuerySet[Study, tuple[int, int]] = Study.objects.order_by().values_list("pk").annotate(Count(relation))
    return dict(counted)
