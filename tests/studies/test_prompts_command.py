"""``manage.py prompts`` lists, shows and stores prompt sets."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dialogue.prompt_file import read_prompts, write_prompts
from dialogue.prompts import load
from studies.models import PromptVersion

pytestmark = pytest.mark.django_db
PLAIN = f"# A note\n{write_prompts(load('plain'))}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(PLAIN)
    return path


def test_a_stored_file_is_listed_and_shown_as_it_was_written(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prompts", "store", "mine", file)
    assert capsys.readouterr().out == "Stored as mine@1.\n"
    call_command("prompts")
    listed = capsys.readouterr().out.splitlines()
    assert "mine@1: inquirer, en" in listed
    assert "llama-2-responder: responder, en" in listed
    call_command("prompts", "show", "mine")
    assert capsys.readouterr().out == PLAIN


def test_a_built_in_set_is_shown_as_a_file_to_begin_with(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prompts", "show", "vicuna")
    assert read_prompts(capsys.readouterr().out) == load("vicuna")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "none"), "There is no prompt set 'none'. Choose from: gpt-4, json"),
        (("show", "plain@1"), "There is no prompt set 'plain@1'"),
        (("store", "plain", "mine.toml"), "'plain' is built in"),
        (("store", "mine", "wrong.toml"), "Line 1: there is no key 'opning', perhaps you meant 'opening'."),
        (("store", "mine", "none.toml"), "none.toml cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence_with_status_2(
    file: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(file.parent)
    Path("wrong.toml").write_text("opning = 1\n")
    with pytest.raises(CommandError) as caught:
        call_command("prompts", *arguments)
    assert sentence in str(caught.value)
    assert caught.value.returncode == 2
    assert not PromptVersion.objects.exists()
