"""``manage.py simulate`` as somebody at a terminal uses it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from collection.models import Dialogue, Output, Study
from collection.records import read_records
from dialogue.personas import describe
from simulation import services
from simulation.leases import claim
from simulation.models import Run, Simulation
from simulation.requests import RunRequest
from tests.factories import make_study
from tests.installation import BASE_DIR, Installation
from tests.simulation.scripts import MODELS_FILE

pytestmark = pytest.mark.django_db

RATES = ["no_prompt", "multiple_prompts", "incoherent", "self_reply", "incoherent_responder"]
SPEEDS = ["dialogues_per_hour", "tokens_per_second"]
MOMENTS = [
    f"{name}_{what}" for name in ("turns", "tokens_per_prompt", "tokens_per_response") for what in ("mean", "sd")
]


@pytest.fixture(autouse=True)
def demo(settings: Settings) -> None:
    """Two goals, two personas, and the scripted models."""
    settings.MODELS_FILE = MODELS_FILE
    make_study()


def simulate(*options: str, study: str = "demo", inquirer: str = "asker", responder: str = "answerer") -> str:
    """What the command writes to stdout."""
    out = StringIO()
    call_command("simulate", study, "--inquirer", inquirer, "--responder", responder, *options, stdout=out)
    return out.getvalue()


def figures(*options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(simulate("--json", *options))
    return found


def refusal(*options: str, **fields: str) -> str:
    """The one sentence with which the command refuses to work, with exit status 2."""
    with pytest.raises(CommandError) as caught:
        simulate(*options, **fields)
    sentence = str(caught.value)
    assert caught.value.returncode == 2
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert not Dialogue.objects.exists()
    return sentence


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
    assert list(found) == ["dialogues", "endings", *MOMENTS, *RATES, "lexical", *SPEEDS]
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


@pytest.mark.parametrize("option", [["--json"], ["--out", "dialogues.jsonl"], ["--concurrency", "16"]])
def test_queue_refuses_what_only_a_run_in_this_process_can_do(option: list[str]) -> None:
    assert refusal("--queue", *option) == (
        f"--queue leaves the work to the workers and does not wait for it: leave {option[0]} out."
    )
    assert not Run.objects.exists()


@contextmanager
def ctrl_c_as_soon_as_the_command_heeds_it() -> Iterator[None]:
    """Sends this process SIGINT when something else than Python itself listens to it."""

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
    claim(Simulation.objects.all(), "another worker, which works on everything", 4, timezone.now())
    file = tmp_path / "dialogues.jsonl"
    with ctrl_c_as_soon_as_the_command_heeds_it(), pytest.raises(CommandError) as caught:
        simulate("--out", str(file))
    assert str(caught.value) == (
        f"Stopped with 4 dialogues to do: the same command goes on, and writes {file} when none is left."
    )
    assert caught.value.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_done_here_is_not_left_to_the_workers() -> None:
    simulate()
    assert Run.objects.get().state == Run.State.FINISHED


@pytest.mark.parametrize(
    ("options", "fields", "sentence"),
    [
        ([], {"study": "bee"}, "There is no study 'bee': choose one of demo."),
        ([], {"inquirer": "bee"}, "There is no model 'bee' in "),
        ([], {"responder": "bee"}, "There is no model 'bee' in "),
        ([], {"responder": "asker"}, "Model 'asker' has no [models.asker.responder] table"),
        (["--goals", "1,11"], {}, "Study 'demo' has no goal 11: choose from 1, 2."),
        (["--goals", "one"], {}, "Goals must be whole numbers separated by commas"),
        (["--goals", ""], {}, "Goals must be whole numbers separated by commas"),
        (["--goals", "9" * 18], {}, "Study 'demo' has no goal 999"),
        (["--seeds", "73;321"], {}, "Seeds must be whole numbers separated by commas"),
        (["--seeds", ""], {}, "Seeds must be whole numbers separated by commas"),
        (["--features", "height"], {}, "Unknown feature 'height': choose all, none, age"),
        (["--personas", "some"], {}, "Unknown personas 'some'"),
        (["--personas", "3"], {}, "Study 'demo' has 2 personas"),
        (["--personas", "9" * 18], {}, "Study 'demo' has 2 personas"),
        (["--max-turns", "0"], {}, "The turn limit must be between 1 and 100."),
        (["--concurrency", "0"], {}, "--concurrency must be at least 1."),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_one_sentence_and_leaves_nothing(
    options: list[str], fields: dict[str, str], sentence: str
) -> None:
    assert refusal(*options, **fields).startswith(sentence)
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", ["missing/dialogues.jsonl", ".", "/", "file/dialogues.jsonl", "n" * 300])
def test_a_file_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    assert "cannot be written: name a file in a folder that you may write to." in refusal("--out", str(tmp_path / name))
    assert not Run.objects.exists()


def test_an_empty_file_name_is_refused_before_any_work() -> None:
    assert "cannot be written" in refusal("--out", "")
    assert not Run.objects.exists()


def test_a_folder_that_nobody_may_write_to_is_refused_before_any_work() -> None:
    assert "/proc/dialogues.jsonl cannot be written" in refusal("--out", "/proc/dialogues.jsonl")


@pytest.mark.parametrize("content", [None, b"", b"GGUF", b"GGUF\x03\x00\x00\x00" + b"\xff" * 40, b"not a model"])
def test_a_model_file_that_is_no_model_is_refused_by_name(
    tmp_path: Path, settings: Settings, content: bytes | None
) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    broken = MODELS_FILE.read_text("utf-8").replace('"scripted"', '"llama_cpp"\nfile = "broken.gguf"', 1)
    settings.MODELS_FILE.write_text(broken, "utf-8")
    if content is not None:
        (tmp_path / "broken.gguf").write_bytes(content)
    sentence = refusal()
    assert "broken.gguf" in sentence
    assert "asker" in sentence
    assert not Run.objects.exists()
    assert not Study.objects.exclude(frozen_at=None).exists()


def test_a_missing_models_file_is_refused_in_one_sentence(tmp_path: Path, settings: Settings) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    assert "cannot be read: check MODELS_FILE." in refusal()


def test_a_model_without_a_reply_stops_the_command_with_what_to_do(tmp_path: Path, settings: Settings) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(MODELS_FILE.read_text("utf-8").replace('"FINISH"', ""), "utf-8")
    with pytest.raises(CommandError) as caught:
        simulate("--goals", "1", "--personas", "1")
    assert caught.value.returncode == 2
    assert "has no reply number 3: add it to its replies." in str(caught.value)
    assert list(Dialogue.objects.values_list("ending", flat=True)) == [""]
    assert Run.objects.get().state == Run.State.PAUSED


def test_from_a_shell_the_object_alone_is_on_stdout_and_progress_on_stderr(installation: Installation) -> None:
    installation.load_demo()
    done = installation.simulate("--goals", "1", "--json")
    assert json.loads(done.stdout)["dialogues"] == 20
    assert len(done.stdout.splitlines()) == 1
    assert "20/20" in done.stderr
    assert "dialogues/h" in done.stderr
    assert "tokens/s" in done.stderr


def test_from_a_shell_a_refusal_is_exit_status_2_and_one_line(installation: Installation) -> None:
    installation.manage("migrate", "--verbosity", "0")
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate", "demo", "--inquirer", "asker", "--responder", "answerer"],
        cwd=BASE_DIR,
        env=installation.environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "CommandError: There is no study 'demo': choose one of none yet: run load_demo first.\n"


def test_dialogues_that_another_process_holds_are_mentioned_and_taken_over_when_its_lease_expires(capsys: Any) -> None:
    figures("--goals", "1", "--personas", "1")
    run = Run.objects.get()
    services.request_run(run.study, RunRequest("asker", "answerer", personas="1"))
    soon = timezone.now() + timedelta(seconds=1)
    run.simulations.filter(finished_at=None).update(worker="killed", leased_until=soon)
    assert figures("--personas", "1")["dialogues"] == 2
    assert "1 dialogues are in another process's hands" in capsys.readouterr().err
