"""What identifies a speaker contains the sampling in force, the model's own included."""

import json
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from dialogue.backends.scripted import ScriptedModel
from dialogue.prompts import load
from studies.language_models.identities import build_speaker, describe_speaker, find_spec, is_still
from studies.language_models.in_force import read_models_in_force
from tests.studies.test_doctor_command import TALKER


@pytest.fixture
def models_file(tmp_path: Path, settings: Settings) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "generation_config.json").write_text(json.dumps({"temperature": 0.6}))
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    file.write_text(f'[models.mine]\nbackend = "transformers"\nmodel = "{folder}"\nsampling = {{ top_k = 20 }}\n')
    return file


def test_the_identity_and_the_speaker_have_the_models_own_temperature(models_file: Path):
    described = describe_speaker(models_file, "mine", "inquirer")
    assert described["sampling"] == {
        "temperature": 0.6,
        "top_p": 1.0,
        "top_k": 20,
        "repeat_penalty": 1.0,
        "max_tokens": 1000,
    }
    spec, table = find_spec(models_file, "mine", "inquirer")
    speaker = build_speaker(spec, table, described, load("plain"), ScriptedModel([]), lambda *_: 1, "")
    assert (speaker.sampling.temperature, speaker.sampling.top_k) == (0.6, 20)


def test_a_model_that_says_nothing_keeps_its_identity(tmp_path: Path, settings: Settings):
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    file.write_text(TALKER)
    sampling = describe_speaker(file, "talker", "inquirer")["sampling"]
    assert sampling == {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "repeat_penalty": 1.0, "max_tokens": 1000}


def test_a_mistake_in_the_entry_does_not_change_what_was_not_set(models_file: Path):
    described = describe_speaker(models_file, "mine", "inquirer")
    read_models_in_force(models_file)
    models_file.write_text(models_file.read_text() + "contxt = 3\n")
    assert is_still(models_file, described, "inquirer")
    assert described["date"] == date.fromisoformat(described["date"]).isoformat()
