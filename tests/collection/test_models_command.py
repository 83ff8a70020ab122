"""``manage.py models`` says what can run here and refuses what cannot."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

GOOD = """
[models.talker]
backend = "scripted"
label = "for tests"
replies = ["Hello."]
"""
MISSING = """
[models.gone]
backend = "llama_cpp"
file = "nowhere/gone.gguf"
"""


@pytest.fixture
def models_file(tmp_path: Path, settings) -> Path:
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    return file


def test_a_model_that_can_run_is_listed_with_its_label(models_file, capsys):
    models_file.write_text(GOOD)
    call_command("models")
    shown = capsys.readouterr().out
    assert "talker (for tests): no side, scripted" in shown
    assert "ok:" in shown


def test_a_model_whose_file_is_missing_is_refused_by_name_and_the_others_are_still_listed(models_file, capsys):
    models_file.write_text(GOOD + MISSING)
    with pytest.raises(CommandError, match=r"Cannot run here as described: gone\.") as refusal:
        call_command("models")
    shown = capsys.readouterr().out
    assert refusal.value.returncode == 2
    assert "NOT USABLE" in shown
    assert "gone.gguf" in shown
    assert "talker" in shown


def test_only_the_models_named_are_looked_at(models_file, capsys):
    models_file.write_text(GOOD + MISSING)
    call_command("models", "talker")
    assert "gone" not in capsys.readouterr().out


def test_an_unknown_name_and_a_file_that_is_not_toml_are_said_in_a_sentence(models_file):
    models_file.write_text(GOOD)
    with pytest.raises(CommandError, match="There is no model 'tlker'"):
        call_command("models", "tlker")
    models_file.write_text("[models")
    with pytest.raises(CommandError, match="not valid TOML"):
        call_command("models")


def test_a_wrong_entry_is_named_with_its_line_and_the_others_are_still_listed(models_file, capsys):
    models_file.write_text(GOOD + '[models.typo]\nbackend = "scripted"\ncontxt = 3\n')
    with pytest.raises(CommandError, match=r"Cannot run here as described: typo\.") as refusal:
        call_command("models")
    shown = capsys.readouterr().out
    assert refusal.value.returncode == 2
    assert "talker (for tests)" in shown
    assert f"WRONG: Model 'typo' in {models_file}, line 8: contxt:" in shown


def test_a_file_that_is_not_toml_is_said_with_line_and_column(models_file):
    models_file.write_text(GOOD + "[models.typo\n")
    with pytest.raises(CommandError, match="line 6, column 13") as refusal:
        call_command("models", "talker")
    assert refusal.value.returncode == 2
