"""``manage.py models --try`` prints what the doctor says about a model."""

import json
import tomllib
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dialogue.prompt_file import write_prompts
from dialogue.prompts import load
from studies.models import Examination
from studies.prompt_sets.versions import store_version

pytestmark = pytest.mark.django_db

TALKER = """
[models.talker]
backend = "scripted"
replies = ["Tell me about bears.", "What do they eat?"]
"""


@pytest.fixture(autouse=True)
def models_file(tmp_path: Path, settings) -> Path:
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    file.write_text(TALKER)
    return file


def test_a_model_is_tried_and_gets_a_table_sentences_and_lines_for_the_models_file(capsys):
    call_command("models", "talker", "--try")
    shown, steps = capsys.readouterr()
    assert "As inquirer with llama-2: 0 of 16 outputs can be used. 16 of 16 outputs contain no quotation" in shown
    assert "Use the prompt set plain for the inquirer" in shown
    assert "--inquirer-prompts plain" in shown
    assert "[models.talker.inquirer]" in shown
    assert "asking as inquirer with the prompt set json" in steps


def test_the_report_is_one_json_object(capsys):
    call_command("models", "talker", "--try", "--json")
    report = json.loads(capsys.readouterr().out)
    assert [row[1] for row in report["table"]["rows"]] == ["llama-2-responder", "plain", "json", "llama-2"]
    assert report["advice"]["prompts"] == "plain"
    assert report["advice"]["options"] == "--inquirer-prompts plain"
    assert report["examination"]["tokens_per_second"] > 0
    assert Examination.objects.get().report["advice"] == report["advice"]


def test_the_advised_lines_can_be_pasted_over_the_entry(models_file, capsys):
    call_command("models", "talker", "--try", "--json")
    lines = json.loads(capsys.readouterr().out)["advice"]["lines"]
    models_file.write_text(TALKER + lines)
    call_command("models", "talker")
    assert tomllib.loads(lines)["models"]["talker"]["inquirer"]["prompts"] == "plain"


def test_a_stored_prompt_set_is_tried_first_and_advised_if_it_fits(capsys):
    store_version("mine", write_prompts(load("plain")))
    call_command("models", "talker", "--try", "--prompts", "mine", "--json")
    report = json.loads(capsys.readouterr().out)
    assert [row[1] for row in report["table"]["rows"]][1:3] == ["mine@1", "plain"]
    assert report["advice"]["options"] == "--inquirer-prompts mine@1"
    assert 'prompts = "plain"  # choose mine@1 for each run' in report["advice"]["lines"]


def test_a_model_that_does_not_answer_is_named_with_the_reason(models_file, capsys):
    models_file.write_text(TALKER.replace(', "What do they eat?"', ""))
    with pytest.raises(CommandError, match=r"Could not be examined: talker\.") as refusal:
        call_command("models", "talker", "--try")
    assert refusal.value.returncode == 2
    assert "talker: DOES NOT ANSWER: Model 'talker' has no reply number 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--try"], "Name the models to try"),
        (["--json"], "--json needs --try"),
        (["--prompts", "plain"], "--prompts needs --try"),
        (["talker", "--try", "--prompts", "palin"], "There is no prompt set 'palin' for this inquirer"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(options: list[str], sentence: str):
    with pytest.raises(CommandError, match=sentence):
        call_command("models", *options)
