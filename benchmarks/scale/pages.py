"""Measure how a large run is made and how its page opens, and the memory that this takes. Needs Django set up."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from urllib.request import Request, urlopen

from benchmarks.chat.server import SERVER_LOG, Server, serve
from benchmarks.scale.rows import end_cells, make_run, make_study, researcher_cookie
from benchmarks.scale.site import FAST
from benchmarks.scale.speed import Played, play
from simulation.models import Run


@dataclass(frozen=True, slots=True)
class Opened:
    """Seconds to open a run's page: the first request to a new web process, and the median and the worst of later ones.

    ``update`` is the median of what an open page asks for every two seconds, ``memory`` the process's afterwards, in bytes.
    """

    first: float
    later: float
    worst: float
    update: float
    memory: int


@dataclass(frozen=True, slots=True)
class Size:
    """A run of ``cells`` cells: the seconds to make it, its page before and after its dialogues, and a worker's play."""

    cells: int
    making: float
    waiting: Opened
    ended: Opened
    played: Played


def measure_sizes(
    environment: Mapping[str, str], folder: Path, sizes: Sequence[int], dialogues: int, opened: int
) -> list[Size]:
    """Measure a run of each size, of which a worker plays some dialogues. Pages are opened this often after the first time."""
    open_page = partial(_open, environment, folder, researcher_cookie(), opened)
    return [_measure(environment, folder, open_page, cells, min(cells, dialogues)) for cells in sizes]


def _measure(
    environment: Mapping[str, str], folder: Path, open_page: Callable[[Run], Opened], cells: int, dialogues: int
) -> Size:
    study = make_study(f"size-{cells}", cells)
    began = perf_counter()
    run = make_run(study, FAST, cells)
    making = perf_counter() - began
    waiting = open_page(run)
    played = play(environment, folder, run, dialogues, dialogues // 2)
    end_cells(run)
    return Size(run.simulations.count(), making, waiting, open_page(run), played)


def _open(environment: Mapping[str, str], folder: Path, cookie: str, times: int, run: Run) -> Opened:
    page = f"/runs/{run.token}/"
    with serve(environment, folder / SERVER_LOG) as server:
        first, *later = [_seconds(server, page, cookie) for _ in range(1 + times)]
        updates = [_seconds(server, f"{page}live/", cookie) for _ in range(times)]
        return Opened(first, statistics.median(later), max(later), statistics.median(updates), server.memory)


def _seconds(server: Server, path: str, cookie: str) -> float:
    """Return the seconds in which the whole answer arrives."""
    request = Request(f"http://{server.address}{path}", headers={"Cookie": cookie})
    began = perf_counter()
    with urlopen(request, timeout=60) as answer:  # noqa: S310 # the server of this benchmark
        assert "/login/" not in answer.url, "the researcher is logged in"
        answer.read()
    return perf_counter() - began
