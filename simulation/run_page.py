"""A run's page, read with few queries however many cells the run has."""

from dataclasses import dataclass
from typing import Any, Literal

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from dialogue.seeds import SPEAKERS
from jobs.heartbeats import live_services
from simulation.costs import show_money, unpriced_apis
from simulation.early_failures import EarlyFailure, find_early_failure
from simulation.extensions import FAILED, RETRIABLE
from simulation.models import Run, RunWorker, Simulation
from simulation.presentation import BatchLine, RunLine
from simulation.progress import ENDING_WORDS, NOT_RECORDED, EndingShare, tally_runs
from simulation.provenance import PlayedProvenance, read_provenance
from simulation.reports import unsent_sentence
from simulation.worked_time import live_workers
from studies.language_models.catalogue import read_catalogue
from studies.live import Live
from studies.models import Dialogue, Goal, Output

CELLS_A_PAGE = 50
MOST_ERRORS = 3
UNFINISHED = "unfinished"
UNDER_WAY = (Run.State.RUNNING, Run.State.PAUSED)
Action = Literal["start", "go-on", "pause", "cancel", "retry"]


@dataclass(frozen=True, slots=True)
class Filters:
    """The cells to show; unknown values in the address are ignored."""

    ending: str = ""
    goal: int | None = None
    page: str = "1"

    @classmethod
    def parse(cls, query: QueryDict) -> "Filters":
        ending, goal = query.get("ending", ""), query.get("goal", "")
        return cls(
            ending if ending == UNFINISHED or ending in ENDING_WORDS else "",
            int(goal) if goal.isascii() and goal.isdigit() and len(goal) < 5 else None,
            query.get("page", "1"),
        )

    @property
    def is_set(self) -> bool:
        return bool(self.ending) or self.goal is not None

    @property
    def query(self) -> str:
        """Return the filters as an address's query, without the page."""
        query = QueryDict(mutable=True)
        query.update({"ending": self.ending, "goal": "" if self.goal is None else str(self.goal)})
        return query.urlencode()

    def apply(self, cells: QuerySet[Simulation]) -> QuerySet[Simulation]:
        if self.ending == UNFINISHED:
            cells = cells.filter(finished_at=None)
        elif self.ending:
            cells = cells.filter(finished_at__isnull=False, ending=self.ending)
        return cells if self.goal is None else cells.filter(goal__number=self.goal)


@dataclass(frozen=True, slots=True)
class CellLine:
    """A cell in the table. ``kind`` is ended, cancelled, running, failing or waiting; ``outcome`` describes it in words."""

    cell: Simulation
    turns: int
    kind: Literal["ended", "cancelled", "running", "failing", "waiting"]

    @property
    def dialogue(self) -> Dialogue | None:
        return self.cell.dialogue

    @property
    def outcome(self) -> str:
        if self.kind == "ended" and self.dialogue:
            return ENDING_WORDS.get(self.dialogue.ending, NOT_RECORDED)
        return "waiting to try again" if self.kind == "failing" else self.kind


@dataclass(frozen=True, slots=True)
class CellError:
    """The reason why ``count`` dialogues of a run must be tried again."""

    sentence: str
    count: int


@dataclass(frozen=True, slots=True)
class RunPage(RunLine):
    """A run with one page of its cells, the most frequent errors, the seeds of each batch where there are several, and the
    workers that are working on it.

    ``unsent`` are sentences about settings that a server was not sent. ``unpriced`` are API models without a price.
    """

    filters: Filters
    goals: list[Goal]
    cells: Page[Any]
    slips: list[str]
    unsent: list[str]
    errors: list[CellError]
    seeds: dict[int, list[int]]
    workers: list[RunWorker]
    unpriced: list[str]

    @property
    def budget(self) -> str:
        """Return the run's budget in words; empty if it has none."""
        return "" if self.run.budget is None or self.cost is None else show_money(self.run.budget, self.cost.currency)

    @property
    def recent_per_hour(self) -> float | None:
        return sum(worker.dialogues_per_hour or 0 for worker in self.workers) or None

    @property
    def budget_value(self) -> str:
        """Return the run's budget as a person would type it."""
        return "" if self.run.budget is None else f"{self.run.budget:.15g}"

    @property
    def batch_rows(self) -> list[tuple[BatchLine, list[int]]]:
        """Return the batches with their seeds; empty for a run of one batch."""
        return [(batch, self.seeds.get(batch.number, [])) for batch in self.batches] if self.seeds else []

    @property
    def provenance(self) -> PlayedProvenance:
        return read_provenance(self.run)

    @property
    def lines(self) -> list[CellLine]:
        return [_line(cell, self.run) for cell in self.cells]

    @property
    def actions(self) -> list[Action]:
        actions = allowed_actions(self.run)
        if self.early_failure:
            actions = ["go-on" if action == "start" else action for action in actions]
        return [*actions, "retry"] if self.failed else actions

    @property
    def early_failure(self) -> EarlyFailure | None:
        """Return how the first dialogues fail, if this keeps the run paused."""
        return find_early_failure(self.run) if self.run.state == Run.State.PAUSED and self.run.message else None

    @property
    def failed(self) -> int:
        """Return the number of dialogues that failed and can be tried again; none in an imported run."""
        return 0 if self.run.configuration.get("imported") else self.tally.endings.get(FAILED, 0)

    @property
    def retriable(self) -> list[EndingShare]:
        """Return the endings after which dialogues can be tried again, failures first."""
        shares = (share for share in self.tally.shares if share.ending in RETRIABLE)
        return sorted(shares, key=lambda one: one.ending != FAILED)

    @property
    def is_over(self) -> bool:
        return self.run.state not in UNDER_WAY

    @property
    def refresh_seconds(self) -> int | None:
        """Return how often the page requests updates. A paused run may be started elsewhere; an ended one does not change."""
        return {Run.State.RUNNING.value: 2, Run.State.PAUSED.value: 10}.get(self.run.state)

    @property
    def live(self) -> Live:
        address = f"{reverse('run-live', args=[self.run.token])}?{self.filters.query}&{urlencode({'page': self.filters.page})}"
        others = {"cells": "simulation/_cells.html"}
        announcement = "simulation/_announcement.html"
        return Live(address, self.refresh_seconds, "simulation/_progress.html", others, self.state, announcement)

    @property
    def ending_choices(self) -> list[tuple[str, str]]:
        return [(UNFINISHED, "not ended yet"), *((share.ending, share.words) for share in self.tally.shares)]


def read_run(run: Run, filters: Filters) -> RunPage:
    """Read the run's page."""
    goals = Goal.objects.filter(Exists(run.simulations.filter(goal=OuterRef("pk")))).order_by("number")
    slips = read_catalogue().slips(run.inquirer, run.responder) if run.state in UNDER_WAY else []
    tally, services = tally_runs([run])[run.pk], live_services()
    page = _read_cells(run, filters, tally.total)
    errors, seeds = _errors(run) if tally.failing else [], _seeds(run, tally.total) if len(tally.batches) > 1 else {}
    workers = live_workers(run) if run.state == Run.State.RUNNING else []
    unsent, unpriced = _unsent(run), unpriced_apis(run)
    return RunPage(run, tally, services, filters, list(goals), page, slips, unsent, errors, seeds, workers, unpriced)


def _read_cells(run: Run, filters: Filters, total: int) -> Page[Any]:
    """Read one page of the run's ``total`` cells. The database skips earlier pages by key and counts only these turns."""
    keys = filters.apply(run.simulations.order_by("pk")).values_list("pk", flat=True)
    pages: Paginator[Any] = Paginator(keys, CELLS_A_PAGE)
    if not filters.is_set:
        pages.count = total
    page: Page[Any] = pages.get_page(filters.page)
    cells = run.simulations.filter(pk__in=list(page.object_list)).select_related("persona", "goal", "dialogue")
    page.object_list = list(cells.annotate(turn_count=Count("dialogue__turns")).order_by("pk"))
    return page


def _unsent(run: Run) -> list[str]:
    """Return a sentence for each speaker with unsent settings. Read only one such output each, because pages poll this."""
    speakers = [name for name in SPEAKERS if _may_be_remote(run.configuration.get(name) or {})]
    if not speakers:
        return []
    without = Output.objects.filter(dialogue__simulation__run=OuterRef("pk")).exclude(unsent="").order_by()
    found = [Subquery(without.filter(speaker=speaker).values("unsent")[:1]) for speaker in speakers]
    settings = Run.objects.filter(pk=run.pk).values_list(*found).get()
    return [unsent_sentence(speaker, names.split()) for speaker, names in zip(speakers, settings, strict=True) if names]


def _may_be_remote(described: dict[str, Any]) -> bool:
    """Return whether a speaker's model may run on a server; an imported run does not say."""
    return bool(described.get("backend", "openai") == "openai")


def _errors(run: Run) -> list[CellError]:
    failing = run.simulations.filter(finished_at=None, is_cancelled=False).exclude(error="").order_by()
    counted = failing.values_list("error").annotate(count=Count("pk")).order_by("-count")
    return [CellError(sentence, count) for sentence, count in counted[:MOST_ERRORS]]


def _seeds(run: Run, cells: int) -> dict[int, list[int]]:
    """Return the seeds of each batch. They change only with the number of ``cells``, and reading them all takes long."""

    def read() -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for batch, seed in run.simulations.order_by("batch", "seed").values_list("batch", "seed").distinct():
            found.setdefault(batch, []).append(seed)
        return found

    return cache.get_or_set(f"seeds-{run.token}-{cells}", read) or {}


def allowed_actions(run: Run) -> list[Action]:
    """Return the actions allowed in the run's state. A terminal's run can be handed over to workers."""
    match run.state:
        case Run.State.RUNNING:
            return ["pause", "cancel"] if run.is_queued else ["start", "pause", "cancel"]
        case Run.State.PAUSED:
            return ["start", "cancel"]
        case Run.State.CANCELLED:
            return ["start"]
        case _:
            return ["start"] if run.simulations.filter(is_cancelled=True).exists() else []


def _line(cell: Simulation, run: Run) -> CellLine:
    turns = getattr(cell, "turn_count", 0)
    if cell.finished_at:
        return CellLine(cell, turns, "ended")
    if cell.is_cancelled:
        return CellLine(cell, turns, "cancelled")
    if run.state == Run.State.RUNNING and cell.is_held:
        return CellLine(cell, turns, "running")
    return CellLine(cell, turns, "failing" if cell.error else "waiting")
