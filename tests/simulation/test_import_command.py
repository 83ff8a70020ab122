"""``manage.py import_dialogues``: which lines of a file were left out and why, and which files and options are refused."""

import os

import pytest
from django.core.management import CommandError, call_command

from simulation.models import Run
from studies.files.records import LONGEST_LINE
from studies.models import Dialogue, Study
from tests.factories import make_study
from tests.simulation.official_lines import line, sentence

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    """Return a study with four personas."""
    return make_study(persona_count=4)


def test_imported_simulations_are_a_finished_run_of_their_inquirer_with_the_seed_of_the_file(study, tmp_path):
    file = tmp_path / "8479.jsonl"
    file.write_text(line(sentence(study, "P02"), study.goals.first().text), encoding="utf-8")
    call_command("import_dialogues", str(file), study="demo", inquirer="vicuna")
    run = Run.objects.get()
    assert (run.inquirer, run.state, run.simulations.get().seed) == ("vicuna", "finished", 8479)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "Line 2 is not JSON"),
        ('{"persona": "x"}', "Line 2 lacks the key 'dialog'"),
        ('["a list"]', "Line 2 is not a dialogue in the official format"),
        ('{"persona": "x", "sample": {"instruction": "y"}, "num_turns": 3, "dialog": []}', "num_turns is 3"),
        (
            '{"persona": "x", "sample": {"instruction": "Fly."}, "num_turns": 0, "dialog": []}',
            "Line 2: the study has no goal",
        ),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_imported(study, tmp_path, capsys, text, words):
    file = tmp_path / "73.jsonl"
    good = [line(sentence(study, code), study.goals.first().text) for code in ("P02", "P03")]
    file.write_text(f"{good[0]}\n{text}\n{good[1]}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="1 of 3 lines were not imported") as refusal:
        call_command("import_dialogues", str(file), study="demo", natural=True)
    assert refusal.value.returncode == 1
    said = capsys.readouterr()
    assert words in said.err
    assert "2 of 3 dialogues imported, 0 already present, 1 left out." in said.out
    assert Dialogue.objects.count() == 2
    file.write_text("\n".join(good), encoding="utf-8")
    call_command("import_dialogues", str(file), study="demo", natural=True)
    assert "0 of 2 dialogues imported, 2 already present, 0 left out." in capsys.readouterr().out


def test_what_no_database_takes_is_stored_visibly_and_counted(study, tmp_path, capsys):
    file = tmp_path / "73.jsonl"
    utterances = {"P01": "a\x00b", "P02": "half a pair \ud83d here", "P03": "whole"}
    goal = study.goals.first().text
    file.write_text("\n".join(line(sentence(study, code), goal, utterance=text) for code, text in utterances.items()))
    call_command("import_dialogues", str(file), study="demo", inquirer="vicuna")
    said = capsys.readouterr().out
    assert "3 of 3 dialogues imported" in said
    assert "2 of those imported contain characters that databases cannot store" in said
    stored = {each.persona.code: each.turns.get().utterance for each in Dialogue.objects.all()}
    assert stored == {"P01": "a\ufffdb", "P02": "half a pair \ufffd here", "P03": "whole"}
    call_command("import_dialogues", str(file), study="demo", inquirer="vicuna")
    assert "3 already present" in capsys.readouterr().out


def test_a_file_that_begins_with_a_byte_order_mark_is_read(study, tmp_path):
    file = tmp_path / "73.jsonl"
    file.write_text(line(sentence(study, "P02"), study.goals.first().text), encoding="utf-8-sig")
    call_command("import_dialogues", str(file), study="demo", natural=True)
    assert Dialogue.objects.exists()


def test_a_line_that_is_too_long_is_reported_and_the_next_is_imported(study, tmp_path, capsys):
    file = tmp_path / "73.jsonl"
    with file.open("wb") as lines:
        lines.truncate(LONGEST_LINE * 2)
        lines.seek(0, os.SEEK_END)
        lines.write(b"\n" + line(sentence(study, "P02"), study.goals.first().text).encode())
    with pytest.raises(CommandError, match="1 of 2 lines were not imported"):
        call_command("import_dialogues", str(file), study="demo", natural=True)
    assert "Line 1 is longer than 50 MB" in capsys.readouterr().err
    assert Dialogue.objects.count() == 1


@pytest.mark.parametrize("name", [b"n" * 249 + b".jsonl", b"n\xff.jsonl"])
def test_a_file_name_that_no_database_takes_is_shortened_and_its_odd_bytes_made_visible(study, tmp_path, name):
    file = tmp_path / os.fsdecode(name)
    file.write_text(line(sentence(study, "P02"), study.goals.first().text), encoding="utf-8")
    call_command("import_dialogues", str(file), study="demo", natural=True)
    source = Dialogue.objects.get().imported_from
    assert source in ("n" * 200, "n\N{REPLACEMENT CHARACTER}.jsonl")


def test_a_file_name_that_is_too_large_for_a_seed_is_refused(study, tmp_path):
    file = tmp_path / f"{'9' * 30}.jsonl"
    file.write_text(line(sentence(study, "P02"), study.goals.first().text), encoding="utf-8")
    with pytest.raises(CommandError, match=r"is too large for a seed\. Name the file after its seed") as refusal:
        call_command("import_dialogues", str(file), study="demo", inquirer="vicuna")
    assert refusal.value.returncode == 2
    assert not Dialogue.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "m" * 101, "half a pair \ud83d"])
def test_an_inquirer_without_a_usable_name_is_refused(study, name):
    with pytest.raises(CommandError, match="--inquirer must be the name of a model, of 1 to 100 char") as refusal:
        call_command("import_dialogues", __file__, study="demo", inquirer=name)
    assert refusal.value.returncode == 2


def test_a_missing_file_and_an_unknown_study_are_named(study, tmp_path):
    with pytest.raises(CommandError, match=r"cannot be read\. Give the path of a JSONL file"):
        call_command("import_dialogues", str(tmp_path / "none.jsonl"), study="demo", natural=True)
    with pytest.raises(CommandError, match="There is no study 'dmo'"):
        call_command("import_dialogues", __file__, study="dmo", natural=True)
