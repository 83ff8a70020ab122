"""Measure the pages that show all steps of a large study. Needs Django set up."""

import statistics
from time import perf_counter

from django.db import connection
from django.test import Client

from benchmarks.cockpit.rows import STUDY, fill_study
from benchmarks.figures import Row
from benchmarks.scale.rows import make_study, researcher_cookie

OTHERS = 10
"""Small studies beside the large one."""
WITH_STEPS = {
    "cockpit": f"/studies/{STUDY}/",
    "update of an open cockpit": f"/studies/{STUDY}/live/",
    f"list of {OTHERS + 1} studies": "/",
}
OTHER_PAGES = {name: f"/studies/{STUDY}/{name}/" for name in ("set-up", "collecting", "simulate", "judge", "data")}


def measure(database: str, dialogues: int, most_seconds: float, times: int) -> list[Row]:
    """Return the seconds to open each page: the median, after a first time."""
    fill_study(dialogues)
    for number in range(OTHERS):
        make_study(f"small-{number}", 100)
    _let_postgresql_count(database)
    client = Client(headers={"Host": "localhost"})
    client.cookies.load(researcher_cookie())
    return [
        Row(
            f"{database}: {what}", _open(client, address, times), "s", most=most_seconds if what in WITH_STEPS else None
        )
        for what, address in (WITH_STEPS | OTHER_PAGES).items()
    ]


def _let_postgresql_count(database: str) -> None:
    """Let PostgreSQL count its rows, as it otherwise does within a minute."""
    if database == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _open(client: Client, address: str, times: int) -> float:
    seconds = [_seconds(client, address) for _ in range(times + 1)]
    return statistics.median(seconds[1:])


def _seconds(client: Client, address: str) -> float:
    began = perf_counter()
    assert client.get(address).status_code == 200, address
    return perf_counter() - began
