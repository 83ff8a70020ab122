"""The demo: what a first start creates, and what a second one keeps."""

import signal
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from evaluation.models import Evaluation
from roleplay_site.processes import is_port_free
from simulation.cells import CELLS
from simulation.models import Run
from simulation.requests import RunRequest
from simulation.services import cancel_run, request_run
from tests.installation import MODELS_FILE, TURNS, Installation
from tests.services.binaries import free_port, wait_until


@pytest.fixture(scope="module")
def first(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the output of the first start; each test finds what it has created."""
    folder = tmp_path_factory.mktemp("demo")
    places = override_settings(VAR_DIR=folder, STATIC_ROOT=folder / "static", MODELS_FILE=MODELS_FILE)
    with places, django_db_blocker.unblock(), transaction.atomic():
        yield prepare()
        transaction.set_rollback(True)


def prepare() -> str:
    """Return the output of the command."""
    output = StringIO()
    call_command("demo", "--prepare-only", "--port", str(free_port()), stdout=output, stderr=output)
    return output.getvalue()


def demo_run() -> Run:
    """Return the run of the demo's study; the rehearsal has separate runs."""
    return Run.objects.get(study__slug="demo")


@pytest.mark.django_db
def test_every_start_shows_the_same_run_and_the_same_login(first: str) -> None:
    second = prepare()
    run, password_file = demo_run(), Path(settings.VAR_DIR) / "demo_password"
    password = password_file.read_text()
    assert User.objects.get(username="researcher", is_staff=True).check_password(password)
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    assert run.simulations.count() == 200
    for output in (first, second):
        assert f"/runs/{run.token}/" in output
        assert password in output
        assert "Take part   http://127.0.0.1:" in output
        assert "/s/demo/\n" in output


@pytest.mark.django_db
def test_every_start_shows_the_same_made_up_pairs_to_judge_until_somebody_closes_them(first: str) -> None:
    second = prepare()
    for output in (first, second):
        assert "Judge pairs http://127.0.0.1:" in output
        assert "/s/rehearsal/judge/2/\n" in output
    assert Evaluation.objects.count() == 2
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    assert "Judge pairs" not in prepare()


@pytest.mark.django_db
def test_the_run_of_the_demo_is_shown_also_when_another_one_of_its_model_is_newer(first: str) -> None:
    run = demo_run()
    assert f"/runs/{run.token}/" in first
    other = request_run(run.study, RunRequest("tiny", "tiny", goals=(1, 4), features="age"))
    assert other != run
    assert f"/runs/{run.token}/" in prepare()
    assert Run.objects.get(pk=other.pk).state == Run.State.PAUSED


@pytest.mark.django_db
@pytest.mark.usefixtures("first")
@pytest.mark.parametrize(("change", "state"), [(CELLS.pause, Run.State.PAUSED), (cancel_run, Run.State.CANCELLED)])
def test_a_run_that_a_researcher_stopped_is_not_started_again(change: Callable[[Run], None], state: str) -> None:
    change(demo_run())
    prepare()
    assert demo_run().state == state


@pytest.mark.django_db
@pytest.mark.usefixtures("first")
def test_a_run_that_was_made_but_never_queued_is_queued_by_the_next_start() -> None:
    Run.objects.update(state=Run.State.PAUSED, is_queued=False)
    prepare()
    run = demo_run()
    assert (run.state, run.is_queued) == (Run.State.RUNNING, True)


@pytest.mark.django_db
@pytest.mark.usefixtures("first")
def test_a_password_of_ones_own_is_kept_and_not_shown() -> None:
    user = User.objects.get(username="researcher")
    user.set_password("my own choice")
    user.save()
    assert "your own (reset:" in prepare()
    assert User.objects.get(username="researcher").check_password("my own choice")


@pytest.mark.django_db
@pytest.mark.usefixtures("first")
def test_the_site_starts_without_the_embedded_model(tmp_path: Path) -> None:
    demo_run().delete()
    (tmp_path / "models.toml").write_text("")
    with override_settings(MODELS_FILE=tmp_path / "models.toml"):
        output = prepare()
    assert "The demo run cannot be queued: There is no model 'tiny'" in output
    assert "Login       researcher" in output


def test_a_port_that_is_taken_is_named_before_anything_else_happens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is in use"):
            call_command("demo", "--port", str(port))


@pytest.mark.timeout(420)
@pytest.mark.computes
def test_the_demo_fills_its_run_stops_on_ctrl_c_and_starts_again(installation: Installation) -> None:
    """The database is that of a site before an upgrade, because creating all tables takes four seconds of processor time."""
    installation.migrate()
    with closing(sqlite3.connect(installation.var_dir / "db.sqlite3")) as database, database:
        database.execute("DROP TABLE django_session")
        database.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    port = free_port()
    with installation.run_anew("django", "demo", "--port", str(port)) as demo:
        # The first start stores the rehearsal and the play, which takes a minute on a busy machine.
        wait_until(lambda: "Password" in installation.log, seconds=180, what="the demo has not printed its login")
        wait_until(lambda: _finished(installation) == 200, seconds=100, what="the run has not filled")
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 0
    with installation.run("django", "demo", "--port", str(port)) as again:
        wait_until(lambda: installation.log.count("Password") == 2, seconds=180, what="the second start is slow")
        again.send_signal(signal.SIGHUP)
        assert again.wait(60) == 128 + signal.SIGTERM, "a terminal that closes leaves nothing running"
    assert is_port_free(port)
    assert "Traceback" not in installation.log
    assert installation.count("django_session") == 0, "the table is there"
    assert (
        installation.count(f"collection_turn JOIN collection_dialogue d ON dialogue_id = d.id {_DEMO}") == 200 * TURNS
    )


_DEMO = "JOIN collection_study s ON study_id = s.id WHERE s.slug = 'demo'"


def _finished(installation: Installation) -> int:
    """Return the number of ended dialogues of the demo's run; the rehearsal's exist from the start."""
    return installation.count(
        f"simulation_simulation JOIN simulation_run r ON run_id = r.id {_DEMO} AND finished_at IS NOT NULL"
    )
