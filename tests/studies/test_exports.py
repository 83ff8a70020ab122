"""Exports are complete, or report that they are not."""

import csv
import json
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from django.core.management import CommandError, call_command

from studies.files.exports import Incomplete, export_dialogues
from studies.models import Dialogue
from tests.factories import make_check, make_dialogue, make_output, make_run
from tests.forks import start

pytestmark = pytest.mark.django_db


def test_json_lines_carry_the_official_keys_and_every_raw_output():
    dialogue = make_dialogue(turns=2)
    make_output(dialogue, 2, status="stop", raw="FINISH", prompts_found=0)
    entry = json.loads(next(export_dialogues(dialogue.study)))
    assert entry["sample"] == {"instruction": dialogue.goal.text}
    assert [turn["turn"] for turn in entry["dialog"]] == [0, 1]
    assert entry["dialog"][0].keys() == {"turn", "model_inquirer", "model_responder"}
    assert [output["raw"] for output in entry["outputs"] if output["position"] == 2] == ["FINISH"]


def test_the_table_has_a_row_a_turn_and_one_for_a_dialogue_without_turns():
    run = make_run()
    first, second = run.simulations.all()[:2]
    make_dialogue(first, turns=3)
    make_dialogue(second, turns=0, ending="no_prompt")
    rows = list(csv.DictReader("".join(export_dialogues(run.study, form="csv")).splitlines()))
    assert [(row["turn"], row["ending"]) for row in rows] == [
        ("0", "goal_reached"),
        ("1", "goal_reached"),
        ("2", "goal_reached"),
        ("", "no_prompt"),
    ]


def test_only_the_kind_asked_for_is_exported():
    dialogue = make_dialogue()
    assert list(export_dialogues(dialogue.study, "natural")) == []
    assert len(list(export_dialogues(dialogue.study, "simulated"))) == 1


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_dialogues_in_progress_are_left_out_of_the_results(form):
    cells = make_run().simulations.all()
    ended, going_on = make_dialogue(cells[0]), make_dialogue(cells[1], ending="")
    exported = "".join(export_dialogues(ended.study, form=form))
    assert ended.token in exported
    assert going_on.token not in exported


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_unsafe_dialogues_are_exported_only_if_asked_for(form):
    cells = make_run(seeds=(73, 321)).simulations.all()
    safe, found, stopped, unreadable = (make_dialogue(cell) for cell in cells[:4])
    Dialogue.objects.filter(pk=stopped.pk).update(ending="unsafe")
    for dialogue, verdict in ((safe, "safe"), (found, "unsafe"), (unreadable, "unreadable")):
        make_check(dialogue, verdict)
    exported = "".join(export_dialogues(safe.study, form=form))
    assert [one.token in exported for one in (safe, found, stopped, unreadable)] == [True, False, False, True]
    everything = "".join(export_dialogues(safe.study, form=form, takes_unsafe=True))
    assert all(one.token in everything for one in (safe, found, stopped, unreadable))


def test_the_command_says_how_many_unsafe_dialogues_were_left_out_and_how_to_get_them(capsys):
    dialogue = make_dialogue()
    make_check(dialogue)
    call_command("export_dialogues", dialogue.study.slug)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "Left out because they are unsafe: 1 of the study's dialogues. Add --include-unsafe to export them.\n"
    )
    call_command("export_dialogues", dialogue.study.slug, "--include-unsafe")
    said = capsys.readouterr()
    assert dialogue.token in said.out and said.err == ""


def test_the_command_says_how_many_were_left_out_and_nothing_when_none_was(capsys):
    cells = make_run().simulations.all()
    slug = make_dialogue(cells[0]).study.slug
    call_command("export_dialogues", slug)
    assert capsys.readouterr().err == ""
    make_dialogue(cells[1], ending="")
    call_command("export_dialogues", slug)
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    assert said.err == "Left out because they have not ended: 1 of the study's dialogues.\n"
    call_command("export_dialogues", slug, kind="natural")
    assert capsys.readouterr().err == ""


def test_an_export_notices_that_dialogues_vanished_meanwhile():
    run = make_run()
    for cell in run.simulations.all():
        make_dialogue(cell)
    pieces = export_dialogues(run.study, form="csv")
    next(pieces)
    run.simulations.all().delete()
    Dialogue.objects.all()[3].delete()
    with pytest.raises(Incomplete, match="3 of 4"):
        list(pieces)


def test_the_command_writes_a_file_or_says_what_is_wrong(tmp_path):
    dialogue = make_dialogue()
    file = tmp_path / "dialogues.jsonl"
    call_command("export_dialogues", dialogue.study.slug, out=file)
    assert len(file.read_text("utf-8").splitlines()) == 1
    with pytest.raises(CommandError, match="There is no study 'dmo'"):
        call_command("export_dialogues", "dmo")


@pytest.mark.parametrize("name", ["", "/", ".", "folder", "no/folder.jsonl"])
def test_a_file_that_cannot_be_written_is_refused_in_one_sentence_and_leaves_nothing(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    slug = make_dialogue().study.slug
    with pytest.raises(CommandError, match=r"cannot be written\. Name a file in a folder") as refusal:
        call_command("export_dialogues", slug, "--out", name)
    assert refusal.value.returncode == 2
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_from_a_shell_a_full_disk_is_exit_status_2_and_one_sentence(installation):
    installation.load_demo()
    command = ("export_dialogues", "demo", "--format", "csv")
    with Path("/dev/full").open("w") as full, TemporaryFile("w+") as errors:
        files = {"stdout": full.fileno(), "stderr": errors.fileno()}
        assert start("-m", "manage", *command, environment=installation.environment, **files).wait(60) == 2
        errors.seek(0)
        assert errors.read() == (
            "CommandError: Standard output cannot be written (No space left on device). Free some disk space.\n"
        )
