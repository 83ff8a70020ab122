"""Workers for certain models on PostgreSQL and Redis: each serves its models, and others finish what it leaves."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from shlex import quote
from subprocess import Popen
from time import time

import psycopg
import pytest

from tests.forks import Process
from tests.installation import BASE_DIR, Installation
from tests.services.binaries import wait_until

pytestmark = [pytest.mark.postgresql, pytest.mark.redis, pytest.mark.waits]

SECONDS = 20
"""Within this time, a page says that no worker serves a run."""
MODELS = {"a": 0.0, "b": 0.0, "c": 0.0}
"""The models, and for how many seconds each pauses before each word."""
SIDES = """
[models.{name}.inquirer]
prompts = "llama-2"
coherence = {{ max_n = 8 }}
[models.{name}.responder]
prompts = "llama-2-responder"
coherence = {{ max_n = 5 }}
"""
MODEL = """
[models.{name}]
backend = "scripted"
pause = {pause}
replies = ['"What is a bear?"', '"And what is a bee?"', "FINISH"]
"""
PREPARE = """
from simulation.requests import RunRequest
from simulation.services import queue_run, request_run
from tests.factories import make_study
study = make_study()
for pair in {pairs!r}:
    queue_run(request_run(study, RunRequest(*pair)))
"""
WAIT_FOR_SENTENCES = """
from time import monotonic, sleep, time
from django.test import Client
from jobs.heartbeats import live_services
from simulation.models import Run
from tests.factories import make_staff
client = Client(HTTP_HOST="localhost")
client.force_login(make_staff())
end = monotonic() + 60

def is_missing(model):
    if len(live_services()) > 1:  # looking costs a hundredth of a page
        return False
    page = client.get(f"/runs/{Run.objects.get(inquirer=model).token}/").text
    return f"No worker serves {model}: start one with “python manage.py worker --models {model}”" in page

while not (is_missing("b") and is_missing("c")):
    assert monotonic() < end, "the pages say nothing"
    sleep(0.5)
print(time())
"""
NEVER = 1000.0
PREPARE_MANY = """
from simulation.requests import RunRequest
from simulation.services import queue_run, request_run
from tests.factories import make_study
queue_run(request_run(make_study(), RunRequest("a", "a", seeds=tuple(range(100)), concurrency=3)))
"""
CONTROL = """
from simulation.cells import CELLS
from simulation.models import Run
from simulation.services import cancel_run, queue_run, set_concurrency
run = Run.objects.get()
{act}
"""
SET = "UPDATE simulation_run SET"


@pytest.fixture
def site(tmp_path: Path, postgresql_url: str, redis_url: str) -> Installation:
    installation = Installation(tmp_path / "var", {"DATABASE_URL": postgresql_url, "CELERY_BROKER_URL": redis_url})
    installation.settings["MODELS_FILE"] = str(write_models(tmp_path / "models.toml", **MODELS))
    installation.migrate()
    return installation


def write_models(file: Path, **pauses: float) -> Path:
    """Write models with these names, which pause for this many seconds before each word."""
    file.write_text("".join((MODEL + SIDES).format(name=name, pause=pause) for name, pause in pauses.items()))
    return file


def start(site: Installation, models: str, **pauses: float) -> AbstractContextManager[Process]:
    """Start a worker for these models, as if on a separate machine with a separate models.toml."""
    file = write_models(site.var_dir.parent / f"models-{models}.toml", **MODELS | pauses)
    machine = Installation(site.var_dir, site.settings | {"MODELS_FILE": str(file)})
    return machine.worker(models)


def prepare(site: Installation, *pairs: tuple[str, str]) -> None:
    """Queue a run of four dialogues for each inquirer and responder."""
    site.evaluate(PREPARE.format(pairs=pairs))


@pytest.fixture
def ask(site: Installation) -> Iterator[Callable[[str], list[tuple[object, ...]]]]:
    """Query the database, even while others write to it."""
    with psycopg.connect(site.settings["DATABASE_URL"], autocommit=True) as connection:
        yield lambda query: connection.execute(query.encode()).fetchall()


CELLS = "FROM simulation_simulation s JOIN simulation_run r ON r.id = s.run_id"
Ask = Callable[[str], list[tuple[object, ...]]]


def finished(ask: Ask, inquirer: str, responder: str) -> int:
    where = f"inquirer = '{inquirer}' AND responder = '{responder}' AND finished_at IS NOT NULL"
    return int(str(ask(f"SELECT count(*) {CELLS} WHERE {where}")[0][0]))


def held(ask: Ask) -> int:
    return int(str(ask(f"SELECT count(*) {CELLS} WHERE worker <> ''")[0][0]))


def test_workers_with_one_model_each_share_the_runs_and_never_use_the_other_model(site: Installation, ask: Ask) -> None:
    """A worker that used the other's model would never finish, because that model pauses for years."""
    prepare(site, ("a", "a"), ("b", "b"), ("a", "b"))
    with start(site, "a", b=NEVER) as first, start(site, "b", a=NEVER) as second:
        wait_until(lambda: finished(ask, "a", "a") == finished(ask, "b", "b") == 4, seconds=120, what="not done")
        wait_until(lambda: held(ask) == 0, what="a worker holds what it cannot serve")
        assert ask("SELECT queues FROM jobs_workerprocess ORDER BY 1 DESC") != []
        assert first.poll() is second.poll() is None
    assert finished(ask, "a", "b") == 0
    assert ask("SELECT count(*) FROM collection_dialogue")[0][0] == 8
    with start(site, "a,b"):
        wait_until(lambda: finished(ask, "a", "b") == 4, seconds=120, what="no worker has served both models")


SRUN_OF_ONE_TASK = """#!/bin/bash
while [[ $1 == --* ]]; do shift; done
SLURM_PROCID=0 exec "$@"
"""


def submit(site: Installation, folder: Path, models: str) -> Popen[bytes]:
    """Run the script for clusters. Its process becomes the worker, so it receives the signals that Slurm sends to tasks."""
    (folder / "srun").write_text(SRUN_OF_ONE_TASK)
    (folder / "srun").chmod(0o755)
    settings = site.settings | {"VAR_DIR": str(folder / "workers")}
    (folder / "roleplay.env").write_text("".join(f"{name}={quote(value)}\n" for name, value in settings.items()))
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), "PYTHON": sys.executable}
    return Popen(["bash", "deploy/slurm.sbatch", models], cwd=BASE_DIR, env=environment)


def test_a_worker_on_a_cluster_returns_its_dialogues_before_the_time_limit(
    site: Installation, ask: Ask, tmp_path: Path
) -> None:
    prepare(site, ("a", "a"))
    write_models(Path(site.settings["MODELS_FILE"]), a=NEVER)
    worker = submit(site, tmp_path, "a")
    try:
        wait_until(lambda: held(ask) == 4, seconds=120, what="the worker has not begun")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    finally:
        worker.kill()
    assert held(ask) == 0
    assert ask("SELECT count(*) FROM jobs_workerprocess")[0][0] == 0


@pytest.mark.timeout(400)
def test_the_pages_report_a_hung_and_a_killed_worker_and_another_one_finishes(site: Installation, ask: Ask) -> None:
    prepare(site, ("b", "b"), ("c", "c"))
    with (
        start(site, "a"),
        start(site, "b", b=NEVER) as hung,
        start(site, "c", c=NEVER) as killed,
        ThreadPoolExecutor(1) as pool,
    ):
        wait_until(lambda: held(ask) == 8, seconds=120, what="the workers have not begun")
        waiting = pool.submit(site.evaluate, WAIT_FOR_SENTENCES)
        hung.send_signal(signal.SIGSTOP)
        killed.send_signal(signal.SIGKILL)
        gone_at = time()
        assert float(waiting.result()) - gone_at <= SECONDS
        assert finished(ask, "b", "b") + finished(ask, "c", "c") == 0
        ask("UPDATE simulation_simulation SET leased_until = now() RETURNING id")  # as it will be half a minute later
        with start(site, "b,c"):
            wait_until(
                lambda: finished(ask, "b", "b") == finished(ask, "c", "c") == 4,
                seconds=120,
                what="no other worker has taken over",
            )
    assert ask("SELECT count(*) FROM collection_dialogue")[0][0] == 8


@pytest.mark.timeout(300)
def test_two_workers_follow_the_number_of_dialogues_at_once_and_pause_resume_and_cancel(
    site: Installation, ask: Ask
) -> None:
    """Each dialogue takes about three seconds, so that some are always in progress."""
    site.evaluate(PREPARE_MANY)
    with start(site, "a", a=0.3), start(site, "a", a=0.3):
        wait_until(lambda: held(ask) == 3, seconds=120, what="the workers have not begun")
        assert {held(ask) for _ in range(200)} <= {0, 1, 2, 3}
        ask(f"{SET} concurrency = 30 RETURNING id")
        wait_until(lambda: held(ask) == 30, seconds=60, what="the workers do not take more")
        assert {held(ask) for _ in range(200)} <= set(range(31))
        ask(f"{SET} concurrency = 2 RETURNING id")
        wait_until(lambda: held(ask) <= 2, seconds=30, what="the workers do not take fewer")
        assert ask("SELECT max(failures) FROM simulation_simulation")[0][0] == 0
        site.evaluate(CONTROL.format(act="CELLS.pause(run)"))
        wait_until(lambda: held(ask) == 0, seconds=20, what="a worker does not pause")
        done = finished(ask, "a", "a")
        site.evaluate(CONTROL.format(act="set_concurrency(run, None); queue_run(run)"))
        wait_until(lambda: finished(ask, "a", "a") > done, seconds=60, what="the run does not go on")
        site.evaluate(CONTROL.format(act="cancel_run(run)"))
        wait_until(lambda: held(ask) == 0, seconds=20, what="a worker does not stop")
    assert ask("SELECT count(*) FROM simulation_simulation WHERE finished_at IS NULL AND NOT is_cancelled")[0][0] == 0
    assert ask(
        "SELECT count(*) FROM (SELECT 1 FROM collection_turn GROUP BY dialogue_id, position HAVING count(*) > 1) t"
    )[0] == (0,)
