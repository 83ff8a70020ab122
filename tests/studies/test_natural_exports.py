"""Natural dialogues in exports: all texts and how they were created, without loss after an import."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from dialogue.personas import describe
from simulation.imports import import_dialogues
from studies.files.exports import export_dialogues
from studies.files.records import InvalidRecord, read_record
from studies.models import Dialogue, Generation, Study, Turn
from studies.services import copy_study
from tests.collection.factories import (
    make_answered_turn,
    make_collected_persona,
    make_natural_dialogue,
    make_participant,
    make_pending_turn,
    make_try,
)
from tests.factories import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return make_study()


@pytest.fixture
def dialogue(study: Study) -> Dialogue:
    """Return a dialogue with stopped, failed, interrupted, retried and unanswered turns."""
    dialogue = make_natural_dialogue(make_participant(study), turns=1, ending="left")
    stopped = make_answered_turn(dialogue, 1, state="stopped", response="Well")
    stopped.generations.update(state="stopped")
    failed = make_answered_turn(dialogue, 2, state="failed", response="", utterance="=1+1")
    failed.generations.update(state="failed", text="", message="The provider refused this content.")
    pending = make_pending_turn(
        dialogue,
        state="interrupted",
        text="Yes, I",
        raw="<think>Hm</think>Yes, I",
        message="The chatbot was interrupted.",
    )
    make_try(pending, state="streaming", text="Yes")
    return dialogue


def exported(study: Study) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_dialogues(study, "natural")]


def table(study: Study, form: str) -> list[dict[str, str]]:
    text = "".join(export_dialogues(study, "natural", form)).removeprefix("\ufeff")
    return list(csv.DictReader(StringIO(text, newline="")))


def test_a_line_names_the_participant_and_the_chatbot(study: Study, dialogue: Dialogue) -> None:
    (entry,) = exported(study)
    assert (entry["kind"], entry["persona_id"], entry["inquirer"]) == ("natural", "p-001", {})
    assert (entry["responder"]["model"], entry["seed"], entry["ending"]) == ("tiny", 73, "left")


def test_a_line_has_the_state_of_every_turn_and_every_try_of_the_chatbot(study: Study, dialogue: Dialogue) -> None:
    turns = exported(study)[0]["natural_turns"]
    assert [turn["state"] for turn in turns] == ["complete", "stopped", "failed", "pending"]
    assert [[(one["state"], one["text"]) for one in turn["tries"]] for turn in turns[1:]] == [
        [("stopped", "Well")],
        [("failed", "")],
        [("interrupted", "Yes, I"), ("streaming", "Yes")],
    ]
    assert turns[2]["tries"][0]["message"] == "The provider refused this content."
    assert [one["raw"] for one in turns[3]["tries"]] == ["<think>Hm</think>Yes, I", ""]


def test_a_line_records_how_each_message_was_typed(study: Study, dialogue: Dialogue) -> None:
    turns = exported(study)[0]["natural_turns"]
    assert (turns[0]["typing"]["typing_seconds"], turns[0]["typing"]["pasted_characters"]) == (8.25, 40)
    assert turns[3]["typing"] is None


def test_the_table_has_state_typing_and_tries_of_every_turn(study: Study, dialogue: Dialogue) -> None:
    rows = table(study, "csv")
    assert [(row["turn"], row["state"], row["response"]) for row in rows] == [
        ("0", "complete", "Speed is distance over time."),
        ("1", "stopped", "Well"),
        ("2", "failed", ""),
        ("3", "pending", ""),
    ]
    assert [one["text"] for one in json.loads(rows[3]["tries"])] == ["Yes, I", "Yes"]
    assert "think" not in rows[3]["tries"]
    assert (rows[0]["first_key_seconds"], rows[3]["first_key_seconds"]) == ("1.5", "")


def test_a_table_for_spreadsheets_runs_nothing_and_gives_every_text_back(study: Study, dialogue: Dialogue) -> None:
    said = ["=1+1", "+1", "-1", "@me", "'quoted", "\tindented", "\n=1", "\uff1d1", "plain", ""]
    for position, text in enumerate(said, start=4):
        make_answered_turn(dialogue, position, utterance=text)
    plain, guarded = ([row["utterance"] for row in table(study, form)][4:] for form in ("csv", "spreadsheet"))
    assert plain == said
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\n", "\uff1d")) for text in guarded)
    assert [text.removeprefix("'") for text in guarded] == said


def test_a_dialogue_that_goes_on_stays_out_and_is_counted(study: Study, capsys: Any) -> None:
    make_natural_dialogue(make_participant(study))
    call_command("export_dialogues", study.slug, kind="natural")
    said = capsys.readouterr()
    assert (said.out, "1 of the study's dialogues" in said.err) == ("", True)


def test_an_export_read_into_its_own_study_again_changes_nothing(study: Study, dialogue: Dialogue) -> None:
    before = exported(study)
    records = list(export_dialogues(study))
    report = import_dialogues(study, records, inquirer=None, source="export.jsonl")
    assert (report.imported, report.present, report.unplaced) == (0, 1, ())
    assert exported(study) == before


def test_an_export_read_elsewhere_keeps_states_typing_and_tries(study: Study, dialogue: Dialogue) -> None:
    elsewhere = make_study("elsewhere")
    make_collected_persona(elsewhere, **dialogue.persona.features)
    report = import_dialogues(elsewhere, list(export_dialogues(study)), inquirer=None, source="export.jsonl")
    assert (report.imported, report.unplaced) == (1, ())
    (before,), (after,) = exported(study), exported(elsewhere)
    assert after["dialog"] == before["dialog"]
    assert before["natural_turns"][0]["sent_at"] > "2026"
    assert {(turn["sent_at"], *(one["started_at"] for one in turn["tries"])) for turn in after["natural_turns"]} <= {
        (None, None),
        (None, None, None),
    }
    for there, here in zip(after["natural_turns"], before["natural_turns"], strict=True):
        assert (there["state"], there["typing"]) == (here["state"], here["typing"])
        kept = ("attempt", "text", "raw", "message")
        assert [[one[name] for name in kept] for one in there["tries"]] == [
            [one[name] for name in kept] for one in here["tries"]
        ]
    assert not Generation.objects.filter(turn__dialogue__study=elsewhere, state__in=Generation.IN_FLIGHT).exists()


def test_an_export_made_before_tries_were_kept_raw_is_read(study: Study, dialogue: Dialogue) -> None:
    (entry,) = exported(study)
    for turn in entry["natural_turns"]:
        for one in turn["tries"]:
            del one["raw"]
    assert [one["raw"] for turn in read_record(1, json.dumps(entry)).turns for one in turn.tries] == [""] * 5


def test_nobody_imports_what_a_participant_of_the_study_never_said(study: Study) -> None:
    participant = make_participant(study)
    line = {
        "persona": "x",
        "sample": {"instruction": study.goals.all()[0].text},
        "num_turns": 1,
        "dialog": [{"turn": 0, "model_inquirer": "I never said this.", "model_responder": "No?"}],
    }
    assert participant.persona
    for known in ({"persona_id": participant.persona.code}, {"persona": describe(participant.persona.features)}):
        records = [json.dumps(line | known)]
        report = import_dialogues(study, records, inquirer=None, source="forged.jsonl")
        assert (report.imported, len(report.unplaced)) == (0, 1)
    assert not Turn.objects.exists()


@pytest.mark.parametrize(
    "turns",
    [
        3,
        [3],
        [{"state": "bored"}],
        [{"typing": {"pastes": 1}}],
        [{"typing": 3}],
        [{"tries": 3}],
        [{"tries": [{"attempt": 0}]}],
        [{"tries": [{"attempt": -1, "state": "complete", "text": "", "message": ""}]}],
        [{"tries": [{"attempt": 0, "state": "complete", "text": "", "message": ""}] * 2}],
    ],
)
def test_a_line_whose_turns_came_about_in_no_possible_way_is_refused(turns: Any) -> None:
    line = {
        "persona": "x",
        "sample": {"instruction": "g"},
        "num_turns": 1,
        "dialog": [{"turn": 0, "model_inquirer": "a", "model_responder": "b"}],
        "natural_turns": turns,
    }
    with pytest.raises(InvalidRecord, match=r"^Line 1 "):
        read_record(1, json.dumps(line))


def test_the_condition_is_in_every_form_and_comes_back_only_where_there_is_one(
    study: Study, dialogue: Dialogue
) -> None:
    dialogue.condition = study.conditions.create(name="cold")
    dialogue.save()
    [line] = export_dialogues(study, "natural")
    assert json.loads(line)["condition"] == "cold"
    assert {row["condition"] for row in table(study, "csv")} == {"cold"}
    copy, other = copy_study(study), make_study("other")
    for place in (copy, other):
        make_collected_persona(place, **dialogue.persona.features)
    refused = import_dialogues(other, [line], inquirer=None, source="export.jsonl")
    assert "the study has no condition 'cold'" in refused.unplaced[0]
    assert not other.dialogues.exists()
    import_dialogues(copy, [line], inquirer=None, source="export.jsonl")
    assert str(copy.dialogues.get().condition) == "cold"
