"""Errors of ``manage.py simulate``, each one sentence that says what to do."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from pytest_django import Settings

from simulation.models import Run
from studies.models import Dialogue, Study
from tests.simulation.commanding import refusal, simulate
from tests.simulation.scripts import MODELS_FILE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.parametrize("option", [["--json"], ["--out", "dialogues.jsonl"]])
def test_queue_refuses_what_only_a_run_in_this_process_can_do(option: list[str]) -> None:
    assert refusal("--queue", *option) == (
        f"--queue leaves the work to the workers and does not wait for it. Omit {option[0]}."
    )
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("options", "fields", "sentence"),
    [
        ([], {"study": "bee"}, "There is no study 'bee'. Choose from: demo."),
        ([], {"inquirer": "bee"}, "There is no model 'bee' in "),
        ([], {"responder": "bee"}, "There is no model 'bee' in "),
        ([], {"responder": "asker"}, "Model 'asker' has no [models.asker.responder] table"),
        (["--goals", "1,11"], {}, "Study 'demo' has no goal 11. Choose from: 1, 2."),
        (["--goals", "one"], {}, "Enter goals as whole numbers separated by commas"),
        (["--goals", ""], {}, "Enter goals as whole numbers separated by commas"),
        (["--goals", "9" * 18], {}, "Study 'demo' has no goal 999"),
        (["--seeds", "73;321"], {}, "Enter seeds as whole numbers separated by commas"),
        (["--seeds", ""], {}, "Enter seeds as whole numbers separated by commas"),
        (["--features", "height"], {}, "Unknown feature 'height'. Choose from: all, none, age"),
        (["--personas", "some"], {}, "Unknown personas 'some'"),
        (["--personas", "3"], {}, "Study 'demo' has 2 personas"),
        (["--personas", "9" * 18], {}, "Study 'demo' has 2 personas"),
        (["--max-turns", "0"], {}, "The turn limit must be between 1 and 100."),
        (["--concurrency", "0"], {}, "The number of dialogues at once must be between 1 and 1000."),
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
    assert "cannot be written. Name a file in a folder that you may write to." in refusal("--out", str(tmp_path / name))
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
    assert "cannot be read. Check MODELS_FILE." in refusal()


def test_a_model_without_a_reply_stops_the_command_with_what_to_do(tmp_path: Path, settings: Settings) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(MODELS_FILE.read_text("utf-8").replace('"FINISH"', ""), "utf-8")
    with pytest.raises(CommandError) as caught:
        simulate("--goals", "1", "--personas", "1")
    assert caught.value.returncode == 2
    assert "has no reply number 3. Add it to its replies." in str(caught.value)
    assert list(Dialogue.objects.values_list("ending", flat=True)) == [""]
    assert Run.objects.get().state == Run.State.PAUSED
