"""A run survives everything that can be killed or restarted under it, on PostgreSQL and Redis."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

import psycopg
import pytest

from tests.installation import TURNS, Installation, kill_at_work, serve_postgresql
from tests.services import redis
from tests.services.binaries import wait_until
from tests.services.test_workers import write_models

pytestmark = [pytest.mark.postgresql, pytest.mark.redis, pytest.mark.waits]

DIALOGUES = 200
PREPARE = """
from simulation.requests import RunRequest
from simulation.services import queue_run, request_run
from tests.factories import make_study
queue_run(request_run(make_study(), RunRequest("a", "a", seeds=tuple(range(50)))))
"""


class Services:
    """The servers of a run, which the test restarts, and the run's site."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.database = stack.enter_context(serve_postgresql())
        self._stack = stack
        self._redis = stack.enter_context(ExitStack())
        self._broker = self._redis.enter_context(redis.serve())
        settings = {"DATABASE_URL": self.database.create_database(), "CELERY_BROKER_URL": self._broker}
        settings["MODELS_FILE"] = str(write_models(folder / "models.toml", a=0.02))
        self.site = Installation(folder / "var", settings)
        self.site.migrate()
        self.site.evaluate(PREPARE)
        self._connection = self._connect()

    def restart_database(self) -> None:
        self.database.stop()
        sleep(3)  # long enough for every worker to notice
        self.database.start()
        self._connection = self._connect()

    def restart_broker(self) -> None:
        """Restart Redis, which loses its messages."""
        self._redis.close()
        sleep(3)
        self._redis.enter_context(redis.serve(port=int(self._broker.rpartition(":")[2].partition("/")[0])))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.encode()).fetchall()

    def count(self, table: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 # the tables are this test's

    def has_finished(self, dialogues: int) -> bool:
        """Return whether at least so many dialogues have ended."""
        return self.count("simulation_simulation WHERE finished_at IS NOT NULL") >= dialogues

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """Connect for many questions: each connection costs the server more than its question."""
        url = self.site.settings["DATABASE_URL"]
        return self._stack.enter_context(closing(psycopg.connect(url, autocommit=True)))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with ExitStack() as stack:
        yield Services(stack, tmp_path)


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_done_twice_whatever_is_killed_or_restarted(services: Services) -> None:
    for kill in range(5):
        with services.site.worker("a") as lasting, services.site.worker("a") as doomed:
            goal = (kill + 1) * DIALOGUES // 8
            wait_until(partial(services.has_finished, goal), seconds=120, what="the workers do not get on")
            if kill == 1:
                services.restart_database()
            if kill == 3:
                services.restart_broker()
            kill_at_work(doomed, lambda: services.count("simulation_simulation WHERE worker <> ''") > 0)
            assert lasting.poll() is None, services.site.log
    with services.site.worker("a"):
        wait_until(partial(services.has_finished, DIALOGUES), seconds=200, what="the run does not end")
    assert services.count("simulation_run WHERE state = 'finished' AND message = ''") == 1
    assert services.count("collection_dialogue") == DIALOGUES
    assert services.count("collection_dialogue WHERE ending = 'goal_reached'") == DIALOGUES
    assert services.ask("SELECT count(*), count(DISTINCT (dialogue_id, position)) FROM collection_turn") == [
        (DIALOGUES * TURNS, DIALOGUES * TURNS)
    ]
