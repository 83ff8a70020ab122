"""Simulation with a provider that refuses the key, limits the rate or is down: one sentence, and nothing is lost."""

import json
import logging
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as site
from django.core.management import CommandError
from django.test import Client
from pytest_django import Settings

from dialogue.backends import registry
from simulation.casting import Casting
from simulation.models import Run
from simulation.workers import Worker
from studies.models import Dialogue, Output, Turn
from tests.dialogue.backends.servers import ChatServer, Failure, chat_server_beside
from tests.factories import make_staff
from tests.services.binaries import free_port
from tests.simulation.commanding import figures, refusal, simulate
from tests.simulation.scripts import AT_ONCE, MODELS_FILE, work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

KEY = "ASKER_KEY"
ANSWER = 'I would ask: "What is a bear?"'
ONE_CELL = ("--goals", "1", "--personas", "1", "--max-turns", "2")
WRONG_KEY = Failure(401, "invalid_api_key")
LIMITED = Failure(429, "rate_limit_exceeded", headers={"retry-after-ms": "1"})
GONE = Failure(hang_up=True)
REFUSED = f"URL refuses the key of 'asker' (It failed). Check the environment variable {KEY}."
LIMITS = "URL limits the rate or the quota (It failed). Lower `requests` of 'asker', or wait."
UNREACHABLE = (
    "URL cannot be reached. Check that it is running and has loaded its model, and check `base_url` of 'asker'."
)
AGAIN = "Stopped after 2 failures in a row: "

UseServer = Callable[[str], None]


@pytest.fixture
def use_server(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UseServer]:
    """Place the inquirer's model at an address, and forget the model at the end."""
    models_file = tmp_path / "models" / "models.toml"
    models_file.parent.mkdir()
    monkeypatch.setenv(KEY, "right")
    monkeypatch.setattr("dialogue.backends.openai.repeats.FIRST_WAIT", 0.01)

    def use(url: str) -> None:
        asker = f'[models.asker]\nbackend = "openai"\nmodel = "m"\nbase_url = "{url}"\nkey_env = "{KEY}"\n'
        text = MODELS_FILE.read_text("utf-8")
        models_file.write_text(asker + text[text.index("[models.asker.inquirer]") :], "utf-8")
        settings.MODELS_FILE = models_file

    yield use
    async_to_sync(registry.close_models)()


@pytest.fixture
def server(use_server: UseServer) -> Iterator[ChatServer]:
    """Run a provider that accepts the key ``right`` and always asks the same."""
    with chat_server_beside(answer=ANSWER, key="right") as server:
        use_server(server.url)
        yield server


def test_a_wrong_key_is_refused_before_any_work(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "wrong")
    assert refusal("--max-turns", "1") == REFUSED.replace("URL", server.url).replace("It failed", "Incorrect API key")
    assert not Run.objects.exists()
    monkeypatch.setenv(KEY, "right")
    assert figures("--max-turns", "1")["endings"] == {"max_turns": 4}


def test_a_server_that_is_not_there_is_refused_before_any_work(use_server: UseServer) -> None:
    port = free_port()
    use_server(f"http://127.0.0.1:{port}/v1")
    assert refusal("--max-turns", "1") == UNREACHABLE.replace("URL", f"http://127.0.0.1:{port}/v1")
    assert not Run.objects.exists()
    with chat_server_beside(port, answer=ANSWER):
        assert figures("--max-turns", "1")["endings"] == {"max_turns": 4}


@pytest.mark.parametrize(
    ("outage", "sentence"),
    [(WRONG_KEY, REFUSED), (LIMITED, AGAIN + LIMITS), (GONE, AGAIN + UNREACHABLE)],
    ids=["refuses the key", "limits the rate for ever", "is gone"],
)
def test_a_server_that_fails_in_the_middle_costs_no_turn_and_the_same_command_goes_on(
    server: ChatServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, outage: Failure, sentence: str
) -> None:
    server.outage, server.answers = outage, 1
    out = ("--out", str(tmp_path / "dialogues.jsonl"))
    with pytest.raises(CommandError) as caught:
        simulate(*ONE_CELL, *out)
    run = Run.objects.get()
    assert (str(caught.value), caught.value.returncode) == (sentence.replace("URL", server.url), 2)
    assert (run.state, run.message) == (Run.State.PAUSED, str(caught.value))
    assert (Turn.objects.count(), Output.objects.count(), Dialogue.objects.get().ending) == (1, 2, "")
    assert not run.simulations.exclude(worker="", leased_until=None).exists()
    assert not list(tmp_path.glob("dialogues*"))
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING]

    before, server.outage = Turn.objects.values().get(), None
    assert figures(*ONE_CELL, *out)["endings"] == {"max_turns": 1}
    assert Turn.objects.values().first() == before
    assert (Run.objects.count(), Turn.objects.count(), Output.objects.count()) == (1, 2, 4)
    assert len((tmp_path / "dialogues.jsonl").read_text("utf-8").splitlines()) == 1


def test_a_server_without_seeds_is_asked_without_one_and_the_run_says_so(server: ChatServer, tmp_path: Path) -> None:
    detail = [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": 7}]
    server.refuses = {"seed": Failure(422, body={"detail": detail})}
    server.outage, server.answers = GONE, 2  # the refusal and an answer
    with pytest.raises(CommandError):
        simulate(*ONE_CELL)
    server.outage = None
    out = tmp_path / "dialogues.jsonl"
    assert figures(*ONE_CELL, "--out", str(out))["unsent"] == {
        "inquirer": {"seed": {"count": 2, "outputs": 2, "rate": 1.0}}
    }
    outputs = json.loads(out.read_text("utf-8"))["outputs"]
    assert [output["unsent"] for output in outputs if output["side"] == "inquirer"] == ["seed", "seed"]
    assert [output["unsent"] for output in outputs if output["side"] == "responder"] == ["", ""]
    client = Client()
    client.force_login(make_staff())
    page = client.get(f"/runs/{Run.objects.get().token}/statistics/").text
    assert "<dt>Without seed (inquirer)</dt><dd>2/2 (100.00%)</dd>" in page


def test_turns_are_left_out_and_counted_where_a_server_says_in_its_own_words_that_the_context_is_full(
    server: ChatServer,
) -> None:
    server.most_messages = 4
    assert figures("--goals", "1", "--personas", "1", "--max-turns", "3")["endings"] == {"max_turns": 1}
    assert list(Output.objects.filter(speaker="inquirer").values_list("left_out", flat=True)) == [0, 0, 1]


def work_as_a_worker_does(run: Run) -> None:
    casting = Casting(site.MODELS_FILE, registry.open_model)
    work_off(run, Worker(casting, patience=2, longest_pause=AT_ONCE, tick=0.02))


def test_a_runs_page_says_why_it_is_paused_and_restarts_it(server: ChatServer) -> None:
    client = Client()
    client.force_login(make_staff())
    form = {"inquirer": "asker", "responder": "answerer", "goals": ["1", "2"], "personas": "all", "features": "all"}
    server.outage = LIMITED
    address = client.post("/studies/demo/", form | {"seeds": "73", "max_turns": "1"}).headers["Location"]
    work_as_a_worker_does(Run.objects.get())
    page = unescape(client.get(address).text)
    assert AGAIN + LIMITS.replace("URL", server.url) in page
    assert '<span class="state failed">paused</span>' in page
    assert not Dialogue.objects.exists()

    server.outage = None
    client.post(address, {"action": "start"})
    work_as_a_worker_does(Run.objects.get())
    page = client.get(address).text
    assert '<span class="state finished">finished</span>' in page
    assert "in a row" not in page
    assert Turn.objects.count() == 4
