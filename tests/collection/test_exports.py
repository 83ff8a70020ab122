"""Exports hold everything and notice when they do not."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command

from collection.exports import Incomplete, export_dialogues
from collection.models import Dialogue
from tests.factories import make_dialogue, make_output, make_run

pytestmark = pytest.mark.django_db


def test_json_lines_carry_the_official_keys_and_every_raw_output():
    dialogue = make_dialogue(turns=2)
    make_output(dialogue, 2, verdict="stop", raw="FINISH", prompts_found=0)
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
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("export_dialogues", dialogue.study.slug, out=tmp_path / "no" / "folder.jsonl")
