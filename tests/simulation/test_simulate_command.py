"""``manage.py simulate`` as used in a terminal."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from dialogue.personas import describe
from jobs.heartbeats import record_heartbeat
from jobs.routing import EVERYTHING
from simulation import services
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from simulation.requests import RunRequest
from studies.models import AuditLine, Dialogue, Output
from tests.collection.reading import read_records
from tests.forks import run
from tests.installation import Installation
from tests.simulation.commanding import figures, simulate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


RATES = ["no_prompt", "multiple_prompts", "incoherent", "self_reply", "incoherent_responder", "beside_stop"]


SPEEDS = ["dialogues_per_hour", "tokens_per_second"]


MOMENTS = [
    f"{name}_{what}" for name in ("turns", "tokens_per_prompt", "tokens_per_response") for what in ("mean", "sd")
]


def test_the_table_holds_the_rows_of_tables_1_and_7() -> None:
    table = {line[:36].strip(): line[36:].strip() for line in simulate().splitlines()}
    assert "4 dialogues" in table
    assert table["Turns per dialogue"] == "2.00 (0.00)"
    assert table["Tokens per prompt"] == "4.50 (0.50)"
    assert table["No prompt"] == "0/12 (0.00%)"
    assert table["Incoherent response (responder)"] == "0/8 (0.00%)"
    assert table["Ending: goal reached"] == "4/4 (100.00%)"


def test_json_is_one_object_with_the_documented_keys() -> None:
    found = figures()
    assert list(found) == ["dialogues", "endings", *MOMENTS, *RATES, "unsent", "lexical", *SPEEDS, "cut", "cost"]
    assert found["dialogues"] == 4
    assert found["endings"] == {"goal_reached": 4}
    assert (found["turns_mean"], found["turns_sd"]) == (2, 0)
    assert all(found[name].keys() == {"count", "outputs", "rate"} for name in RATES)
    assert all(found[name] > 0 for name in SPEEDS)


def test_the_same_command_again_does_nothing_and_gives_the_same_figures() -> None:
    first = figures()
    said = list(Output.objects.values())
    again = figures()
    assert list(Output.objects.values()) == said
    assert {**again, **dict.fromkeys(SPEEDS)} == {**first, **dict.fromkeys(SPEEDS)}
    assert [again[name] for name in SPEEDS] == [None, None]


def test_more_seeds_add_to_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    simulate()
    before = set(Dialogue.objects.values_list("pk", flat=True))
    assert figures("--seeds", "73,321")["dialogues"] == 8
    assert before < set(Dialogue.objects.values_list("pk", flat=True))
    assert Run.objects.count() == 1
    assert "4/8" in capsys.readouterr().err


def test_figures_are_those_of_the_cells_asked_for() -> None:
    simulate("--seeds", "73,321")
    assert figures("--goals", "2")["dialogues"] == 2


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        (["--goals", "2"], {("P01", 2, 73), ("P02", 2, 73)}),
        (["--personas", "1"], {("P01", 1, 73), ("P01", 2, 73)}),
        (["--personas", "1", "--goals", "1", "--seeds", "321,8479"], {("P01", 1, 321), ("P01", 1, 8479)}),
    ],
)
def test_goals_personas_and_seeds_choose_the_cells(options: list[str], cells: set[tuple[str, int, int]]) -> None:
    simulate(*options)
    assert set(Simulation.objects.values_list("persona__code", "goal__number", "seed")) == cells
    assert Dialogue.objects.count() == len(cells)


@pytest.mark.parametrize(("features", "sentence"), [("none", "an individual"), ("age", describe({"age": "25 to 34"}))])
def test_features_limit_the_persona_sentence(features: str, sentence: str) -> None:
    simulate("--features", features)
    assert set(Dialogue.objects.values_list("persona_sentence", flat=True)) == {sentence}


def test_the_turn_limit_ends_dialogues() -> None:
    found = figures("--max-turns", "1")
    assert (found["endings"], found["turns_mean"]) == ({"max_turns": 4}, 1)


def test_out_holds_the_official_keys_and_ours_beside_them(tmp_path: Path) -> None:
    file = tmp_path / "dialogues.jsonl"
    simulate("--out", str(file), "--seeds", "73,321")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert len(lines) == 8
    assert str(AuditLine.objects.latest("pk")) == "A command exported simulated dialogues"
    assert len(read_records(file.read_text("utf-8").splitlines())) == 8
    first = lines[0]
    assert first["sample"]["instruction"] == Dialogue.objects.all()[0].goal.text
    assert first["persona"].startswith("a 25 to 34-year-old")
    assert first["num_turns"] == 2
    assert first["dialog"][0] == {
        "turn": 0,
        "model_inquirer": "What is a bear?",
        "model_responder": "A bear is a large animal that likes honey.",
    }
    assert (first["persona_id"], first["goal"], first["seed"], first["ending"]) == ("P01", 1, 73, "goal_reached")
    assert {line["seed"] for line in lines} == {73, 321}


def test_out_replaces_an_older_file_and_leaves_no_draft(tmp_path: Path) -> None:
    file = tmp_path / "dialogues.jsonl"
    file.write_text("old", "utf-8")
    simulate("--out", str(file))
    assert len(file.read_text("utf-8").splitlines()) == 4
    assert list(tmp_path.iterdir()) == [file]


def test_queue_leaves_the_work_to_the_workers() -> None:
    assert simulate("--queue") == ""
    run = Run.objects.get()
    assert (run.state, run.is_queued) == (Run.State.RUNNING, True)
    assert run.simulations.filter(finished_at=None).count() == 4
    assert not Dialogue.objects.exists()


def test_queue_says_which_worker_to_start_unless_one_runs(capsys: pytest.CaptureFixture[str]) -> None:
    simulate("--queue")
    told = capsys.readouterr().err
    assert (
        "No worker serves asker and answerer: start one with “python manage.py worker --models asker,answerer”." in told
    )
    record_heartbeat("w", EVERYTHING)
    simulate("--queue")
    assert "No worker" not in capsys.readouterr().err


@contextmanager
def ctrl_c_as_soon_as_the_command_heeds_it() -> Iterator[None]:
    """Send SIGINT to this process as soon as the command handles it instead of Python."""

    def wait_and_send() -> None:
        while signal.getsignal(signal.SIGINT) is before:
            sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    sender = threading.Thread(target=wait_and_send, daemon=True)
    sender.start()
    yield
    sender.join()


def test_ctrl_c_says_that_the_same_command_goes_on_and_writes_the_file_only_then(tmp_path: Path) -> None:
    simulate("--queue")
    CELLS.claim(Simulation.objects.all(), "another worker, which works on everything", 4)
    file = tmp_path / "dialogues.jsonl"
    with ctrl_c_as_soon_as_the_command_heeds_it(), pytest.raises(CommandError) as caught:
        simulate("--out", str(file))
    assert str(caught.value) == (
        f"Stopped with 4 dialogues to simulate. Repeat the command to continue and to write {file} when all are complete."
    )
    assert caught.value.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_done_here_is_not_left_to_the_workers() -> None:
    simulate()
    assert Run.objects.get().state == Run.State.FINISHED


def test_from_a_shell_the_object_alone_is_on_stdout_and_progress_on_stderr(installation: Installation) -> None:
    installation.load_demo()
    done = installation.simulate("--goals", "1", "--json")
    assert json.loads(done.stdout)["dialogues"] == 20
    assert len(done.stdout.splitlines()) == 1
    assert "20/20" in done.stderr
    assert "dialogues/h" in done.stderr
    assert "tokens/s" in done.stderr


def test_from_a_shell_a_refusal_is_exit_status_2_and_one_line(installation: Installation) -> None:
    installation.migrate()
    command = ("simulate", "demo", "--inquirer", "asker", "--responder", "answerer")
    done = run("-m", "manage", *command, environment=installation.environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "CommandError: There is no study 'demo'. Choose from: none yet, run load_demo first.\n"


def test_dialogues_that_another_process_holds_are_mentioned_and_taken_over_when_its_lease_expires(capsys: Any) -> None:
    figures("--goals", "1", "--personas", "1")
    run = Run.objects.get()
    services.request_run(run.study, RunRequest("asker", "answerer", personas="1"))
    soon = timezone.now() + timedelta(seconds=5)
    run.simulations.filter(finished_at=None).update(worker="killed", leased_until=soon)
    assert figures("--personas", "1")["dialogues"] == 2
    assert "Another process is working on 1 of the dialogues." in capsys.readouterr().err
