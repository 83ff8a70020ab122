"""``manage.py characters import``."""

import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from rolellm.scripts.reading import LIMIT
from tests.rolellm.references import PLAY, PLAY_ROWS, expected


def imported(path, *options, capsys):
    call_command("characters", "import", str(path), "--name", "Coriolanus", *options, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("path", [PLAY, PLAY_ROWS])
def test_the_play_and_its_rows_are_reported_with_the_reference_counts(path, capsys) -> None:
    reference = expected()["script"]["script_coriolanus.jsonl"]
    found = imported(path, "--alias", "MARCIUS", "--alias", "CORIOLANUS", capsys=capsys)
    assert {key: found[key] for key in ("rows", "rounds", "words")} == {
        key: reference[key] for key in ("rows", "rounds", "words")
    }
    assert (found["segments"], found["pairs"], found["warnings"]) == (33, 176, [])


def test_unmatched_speakers_are_counted_the_most_frequent_first(capsys) -> None:
    found = imported(PLAY, capsys=capsys)["unmatched_speakers"]
    assert next(iter(found)) == "MENENIUS"
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found["MARCIUS"] == 189 - imported(PLAY, capsys=capsys)["rounds"]


def test_without_json_sentences_say_what_was_found(capsys) -> None:
    call_command("characters", "import", str(PLAY), "--name", "Coriolanus", "--alias", "MARCIUS")
    said = capsys.readouterr().out
    assert "Coriolanus: 189 rounds in 753 rows with 17,954 words; 33 segments and 176 pairs" in said
    assert "Other speakers: MENENIUS (" in said


def test_a_role_with_few_turns_is_allowed_with_a_warning(capsys) -> None:
    call_command("characters", "import", str(PLAY), "--name", "Valeria", "--json")
    streams = capsys.readouterr()
    assert "Valeria has only 14 turns; the paper drops roles with fewer than 25." in streams.err
    assert json.loads(streams.out)["warnings"] == [streams.err.strip()]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--name", "Hamlet"], "No speaker of the script is called 'Hamlet'"),
        (["--name", "Coriolanus", "--alias", "Marcius", "--alias", "MARCIUS"], "matches two aliases"),
    ],
)
def test_a_role_that_cannot_be_found_is_refused_in_one_sentence(options, sentence) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("characters", "import", str(PLAY), *options)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "sentence"), [(None, "There is no file"), (b"no json", "Line 1 is no JSON object")]
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, content, sentence) -> None:
    path = tmp_path / "profile.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        call_command("characters", "import", str(path), "--name", "Coriolanus")


def test_two_hundred_megabytes_are_refused(tmp_path) -> None:
    path = tmp_path / "script.txt"
    with path.open("wb") as file:
        file.truncate(4 * LIMIT)
    with pytest.raises(CommandError, match="has 200 MB"):
        call_command("characters", "import", str(path), "--name", "Coriolanus")


def test_the_command_runs_without_a_database(tmp_path) -> None:
    line = [sys.executable, "manage.py", "characters", "import", str(PLAY), "--name", "Hamlet"]
    done = subprocess.run(line, capture_output=True, text=True, env={"VAR_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "No speaker of the script is called 'Hamlet'" in done.stderr
