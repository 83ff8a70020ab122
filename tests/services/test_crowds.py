"""Many people at once on PostgreSQL: all are served, with few connections."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest

from benchmarks.chat.server import serve
from tests.forks import run
from tests.installation import Installation
from tests.services.postgresql import Server

pytestmark = pytest.mark.postgresql

PEOPLE = 60
POOL = 3
IN_THREADS = """
import json
from concurrent.futures import ThreadPoolExecutor
from django.db import connection

def work(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.02), count(*) FROM pg_stat_activity WHERE datname = current_database()")
        found = cursor.fetchone()[1]
    connection.close()
    return found

with ThreadPoolExecutor(20) as threads:
    print(json.dumps(list(threads.map(work, range(60)))))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server) -> Installation:
    settings = {"DATABASE_URL": postgresql_server.create_database(), "DATABASE_POOL_SIZE": str(POOL)}
    site = Installation(tmp_path_factory.mktemp("crowd") / "var", settings)
    site.load_demo()
    return site


@pytest.fixture(params=["2", "50"], ids=["fewer turns than connections", "more turns than connections"])
def address(request: pytest.FixtureRequest, site: Installation, tmp_path: Path) -> Iterator[str]:
    with serve({**site.environment, "REQUESTS_AT_ONCE": request.param}, tmp_path / "server.log") as server:
        yield server.address
    assert (tmp_path / "server.log").read_text("utf-8") == ""


def test_everyone_who_arrives_at_once_is_served(site: Installation, address: str) -> None:
    statuses, connections = asyncio.run(_visit(f"http://{address}/s/demo/", site.settings["DATABASE_URL"]))
    assert statuses == {200: PEOPLE}
    assert max(connections) <= POOL


def test_threads_of_a_worker_wait_for_a_connection(site: Installation) -> None:
    counts: list[int] = json.loads(run("-c", IN_THREADS, environment=site.environment).stdout)
    assert len(counts) == 60
    assert max(counts) == POOL


async def _visit(page: str, database: str) -> tuple[Counter[int], list[int]]:
    """Return the answers to all requests, and the number of connections meanwhile."""
    limits = httpx2.Limits(max_connections=PEOPLE)
    async with httpx2.AsyncClient(timeout=60, trust_env=False, limits=limits) as client:
        visits = asyncio.gather(*(client.get(page) for _ in range(PEOPLE)))
        counts = []
        with psycopg.connect(database, autocommit=True) as watcher:
            while not visits.done():
                counts.append(_count_others(watcher))
                await asyncio.sleep(0.01)
    return Counter(response.status_code for response in visits.result()), counts


def _count_others(watcher: "psycopg.Connection[tuple[int]]") -> int:
    found = watcher.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ).fetchone()
    assert found
    return found[0]
