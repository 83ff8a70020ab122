"""llama.cpp was built for another processor: no process dies of it, and everyone learns what to do."""

from pathlib import Path

import pytest

from tests.forks import run
from tests.installation import BASE_DIR, Installation
from tests.services.binaries import wait_until

DIES = "import os, signal\nos.kill(os.getpid(), signal.{})\n"
SENTENCE = (
    "Model 'tiny' cannot run here: llama-cpp-python was built for another processor than this one. Build it here:"
)


@pytest.fixture
def site(installation: Installation) -> Installation:
    installation.load_demo()
    installation.settings["MODELS_FILE"] = str(BASE_DIR / "models.toml")
    return installation


def install_library(site: Installation, folder: Path, signal: str) -> None:
    """Put a llama-cpp-python first on the path whose import ends the process with ``signal``."""
    (folder / "llama_cpp").mkdir(parents=True)
    (folder / "llama_cpp" / "__init__.py").write_text(DIES.format(signal))
    site.settings["PYTHONPATH"] = str(folder)


@pytest.mark.parametrize(
    ("signal", "sentence"),
    [("SIGILL", SENTENCE), ("SIGSEGV", "ends the process that loads it (Segmentation fault). Install it again.")],
)
def test_a_command_says_what_to_do(site: Installation, tmp_path: Path, signal: str, sentence: str) -> None:
    install_library(site, tmp_path, signal)
    listed = run("-m", "manage", "models", "tiny", environment=site.environment)
    assert listed.returncode == 2
    assert "NOT USABLE: Model 'tiny' cannot run here: " in listed.stdout
    assert sentence in listed.stdout
    assert "Traceback" not in listed.stderr


def test_a_worker_lives_on_and_its_run_pauses_with_the_reason(site: Installation, tmp_path: Path) -> None:
    site.manage(
        "simulate", "demo", "--inquirer", "tiny", "--responder", "tiny", "--goals", "1", "--personas", "1", "--queue"
    )
    install_library(site, tmp_path, "SIGILL")
    with site.run_anew("manage", "worker") as worker:
        wait_until(lambda: site.count("simulation_run WHERE state = 'paused'") == 1, what="the run does not pause")
        assert worker.poll() is None, site.log
    [(message,)] = site.query("SELECT message FROM simulation_run")
    assert message.startswith(SENTENCE)
    assert site.count("collection_dialogue") == 0
