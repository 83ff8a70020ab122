"""Each design with each number of people present: what the site's rule reaches, and the best that any rule could."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from statistics import median

from benchmarks.balance.best import Process, best_share, ceiling
from benchmarks.balance.site import Site, spread

ARRIVALS, DROP_OUT = 300, 0.3
PRESENT = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Design:
    """How people get conditions, over how many goals, and the number of seats."""

    is_within: bool
    goals: int
    seats: int | None = None

    def __str__(self) -> str:
        seats = f", {self.seats} seats" if self.seats else ""
        return f"{'within' if self.is_within else 'between'}, {self.goals} goal{'' if self.goals == 1 else 's'}{seats}"


DESIGNS = (
    Design(False, 1),
    Design(False, 1, seats=150),
    Design(True, 2),
    Design(True, 10),
    Design(False, 10),
    Design(False, 10, seats=150),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Differences between two conditions over all simulations: of completed dialogues, and of people who finished.

    ``best`` is the largest share within two that any rule reaches without knowing who will drop out, or a limit above it;
    ``guessed`` the share of arrivals whose condition an observer of all counts would guess.
    """

    design: str
    present: int
    within_two: float
    best: float
    median: float
    largest: int
    finished_median: float
    finished_largest: int
    guessed: float


def measure(seeds: int, arrivals: int = ARRIVALS) -> Iterator[Found]:
    """Simulate each design with each number of people present."""
    for design in DESIGNS:
        for present in PRESENT:
            yield _measure(design, present, seeds, arrivals)


def _measure(design: Design, present: int, seeds: int, arrivals: int) -> Found:
    chances = {"a": DROP_OUT, "b": DROP_OUT}
    sites = [
        Site(design.is_within, design.goals, chances, Random(seed), present, design.seats) for seed in range(seeds)
    ]
    found = [spread(site.run(arrivals), "ab") for site in sites]
    finished = [0 if design.is_within else spread(site.finished, "ab") for site in sites]
    guesses = [one for site in sites for one in site.guessed]
    return Found(
        design=str(design),
        present=present,
        within_two=sum(one <= 2 for one in found) / seeds,
        best=_best(design, present, arrivals),
        median=median(found),
        largest=max(found),
        finished_median=median(finished),
        finished_largest=max(finished),
        guessed=sum(guesses) / len(guesses),
    )


def _best(design: Design, present: int, arrivals: int) -> float:
    process = Process(design.is_within, design.goals, DROP_OUT)
    exact = None if design.seats else best_share(process, present, arrivals)
    return ceiling(process) if exact is None else exact
