"""Measure the pages that show all steps of a large study. Needs Django set up."""

import statistics
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.cockpit.rows import fill_study
from benchmarks.figures import Row
from benchmarks.scale.rows import make_study, researcher_cookie

OTHERS = 10
"""Small studies beside the large one."""


def measure(database: str, dialogues: int, most_seconds: float, times: int) -> list[Row]:
    """Return the seconds to open each page: the median, after a first time."""
    study = fill_study(dialogues)
    for number in range(OTHERS):
        make_study(f"small-{number}", 100)
    client = Client(headers={"Host": "localhost"})
    client.cookies.load(researcher_cookie())
    pages = {
        "cockpit": f"/studies/{study.slug}/",
        "update of an open cockpit": f"/studies/{study.slug}/live/",
        f"list of {OTHERS + 1} studies": "/",
        "set-up": f"/studies/{study.slug}/set-up/",
        "simulate": f"/studies/{study.slug}/simulate/",
        "judge": f"/studies/{study.slug}/judge/",
        "collect": f"/studies/{study.slug}/collecting/",
        "export": f"/studies/{study.slug}/data/",
    }
    return [
        Row(f"{database}: {what}", _open(client, address, times), "s", most=most_seconds)
        for what, address in pages.items()
    ]


def slowest_queries(address: str, count: int = 5) -> list[tuple[float, str]]:
    """Return the slowest queries of a page with their seconds, for whoever mends it."""
    client = Client(headers={"Host": "localhost"})
    client.cookies.load(researcher_cookie())
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    found = [(float(query["time"]), query["sql"]) for query in queries.captured_queries]
    return sorted(found, reverse=True)[:count]


def _open(client: Client, address: str, times: int) -> float:
    seconds = [_seconds(client, address) for _ in range(times + 1)]
    return statistics.median(seconds[1:])


def _seconds(client: Client, address: str) -> float:
    began = perf_counter()
    assert client.get(address).status_code == 200, address
    return perf_counter() - began
