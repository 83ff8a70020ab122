"""The embedded broker: unreadable messages are set aside, and equal tasks wait only once."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from roleplay_site.celery import app as site_app
from tests.installation import Installation
from tests.services.binaries import wait_until

BROKEN = {
    "empty": b"",
    "cut": b'{"body": "W1',
    "no text": b"\xff\xfe\x00",
    "too deep": b"[" * 100_000,
    "no message": b"[]",
    "no body": b"{}",
}
CHANGES: dict[str, dict[str, Any]] = {
    "no properties": {"properties": {}},
    "properties of another kind": {"properties": []},
    "a damaged body": {"body": "%%%"},
    "no words in the body": {"body": None},
    "too few words in the body": {"body": b64encode(b"[]").decode()},
    "an unknown kind of body": {"content-type": "application/x-unknown"},
    "a task without a number": {"headers": {"task": "sweep"}},
    "a damaged limit of time": {"headers": {"task": "sweep", "id": "1", "timelimit": "x"}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("messages", "processed", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Iterator[Celery]:
    """Return a second application with a separate folder and the same kind of broker."""
    assert site_app.conf.broker_url.startswith("filesystem:")
    app = Celery("broker", broker="filesystem://localhost", set_as_current=False)
    app.conf.broker_transport_options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "processed_folder": str(folder / "processed"),
        "control_folder": str(folder / "control"),
    }
    yield app
    app.close()


def received(app: Celery) -> list[str]:
    """Remove the waiting tasks and return their names in order."""
    with app.connection_for_read() as connection, connection.SimpleQueue("celery", no_ack=True) as queue:
        return [queue.get(block=False).headers["task"] for _ in range(queue.qsize())]


def waiting(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "messages").iterdir())


def test_what_is_asked_for_again_and_again_waits_once_and_in_order(app: Celery, folder: Path) -> None:
    for task in ("sweep", "report", "sweep", "judge", "sweep"):
        app.send_task(task)
    assert len(waiting(folder)) == 3
    assert received(app) == ["report", "judge", "sweep"]
    assert waiting(folder) == []


def test_tasks_that_ask_for_different_things_wait_side_by_side(app: Celery) -> None:
    app.send_task("sweep", args=[1])
    app.send_task("sweep", args=[2])
    assert received(app) == ["sweep", "sweep"]


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_message_that_cannot_be_read_is_set_aside_with_a_line_in_the_log(
    app: Celery, folder: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "messages" / "0000_broken.celery.msg").write_bytes(content)
    app.send_task("sweep")
    with app.connection_for_read() as connection, connection.SimpleQueue("celery", no_ack=True) as queue:
        assert queue.get(timeout=60).headers["task"] == "sweep"
    assert (folder / "processed" / "0000_broken.celery.msg.broken").read_bytes() == content
    assert "it was renamed to 0000_broken.celery.msg.broken" in caplog.text


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_message_that_would_end_a_worker_is_set_aside(app: Celery, folder: Path, change: dict[str, Any]) -> None:
    app.send_task("first")
    [name] = waiting(folder)
    message = json.loads((folder / "messages" / name).read_text())
    (folder / "messages" / name).write_text(json.dumps(message | change))
    app.send_task("second")
    with app.connection_for_read() as connection, connection.SimpleQueue("celery", no_ack=True) as queue:
        assert queue.get(timeout=60).headers["task"] == "second"
    assert [path.name for path in (folder / "processed").iterdir()] == [f"{name}.broken"]


def test_a_folder_in_place_of_a_message_is_set_aside(app: Celery, folder: Path) -> None:
    (folder / "messages" / "0000_folder.celery.msg").mkdir()
    app.send_task("sweep")
    with app.connection_for_read() as connection, connection.SimpleQueue("celery", no_ack=True) as queue:
        assert queue.get(timeout=60).headers["task"] == "sweep"
    assert (folder / "processed" / "0000_folder.celery.msg.broken").is_dir()


def test_an_unreadable_table_of_queues_is_written_again(app: Celery, folder: Path) -> None:
    (folder / "control" / "celery.exchange").write_bytes(b"")
    app.send_task("sweep")
    assert received(app) == ["sweep"]


def test_a_worker_works_on_beside_what_a_full_disk_left(installation: Installation) -> None:
    installation.load_demo()
    broker = installation.var_dir / "broker"
    (broker / "messages").mkdir(parents=True, exist_ok=True)
    for number in range(3):
        (broker / "messages" / f"000000{number}_empty.celery.msg").touch()
    installation.simulate("--goals", "1", "--personas", "1", "--queue")
    with installation.worker() as worker:
        wait_until(
            lambda: installation.count("simulation_simulation WHERE finished_at IS NOT NULL") == 1,
            what="the worker has not worked on",
        )
        assert worker.poll() is None
    assert len(list((broker / "processed").glob("*.broken"))) == 3


def test_a_worker_waits_for_its_broker_however_long_that_takes() -> None:
    """With a limit a worker ends after about an hour, and nothing restarts one that runs in a terminal or on a cluster."""
    assert site_app.conf.broker_connection_max_retries is None
    assert site_app.conf.broker_connection_retry_on_startup
