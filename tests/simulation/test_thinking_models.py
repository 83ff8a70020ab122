"""Models that think before they answer: only their answers are used and counted."""

import json
from typing import Any

import pytest

from dialogue.backends.scripted import ScriptedModel
from dialogue.thoughts import RULE
from simulation.statistics import summarise
from studies.files.exports import export_dialogues
from studies.files.records import read_record
from studies.models import Dialogue, Output, Turn
from tests.simulation.scripts import make_worker, one_cell, scripts, work_off

pytestmark = pytest.mark.django_db

ASKER = [
    '<think>\nThe persona wants "speed". FINISH comes later.\n</think>\n\n"Q1"',
    'They want it "short".\n</think>\n"Q2"',
    '<think>\nShall I ask "more"?\n</think>\nFINISH',
]
ANSWERER = ["<think>\nSimple.\n</think>\n\nA1", "<think>Hm, [INST].</think>A2"]


@pytest.fixture
def models() -> dict[str, Any]:
    return scripts(ScriptedModel(ASKER), ScriptedModel(ANSWERER))


@pytest.fixture
def dialogue(models: dict[str, Any]) -> Dialogue:
    work_off(one_cell(), make_worker(models))
    return Dialogue.objects.get()


def test_only_answers_are_used(dialogue: Dialogue) -> None:
    assert list(dialogue.turns.values_list("utterance", "response")) == [("Q1", "A1"), ("Q2", "A2")]
    assert dialogue.ending == "goal_reached"


def test_no_side_ever_reads_a_thought(dialogue: Dialogue, models: dict[str, Any]) -> None:
    read = [message.content for model in models.values() for asked in model.requests for message in asked.messages]
    assert not [text for text in read if "think>" in text or '"short"' in text or "Simple" in text]
    assert '"Q1"' in read


def test_thoughts_are_stored_raw_and_counted_apart(dialogue: Dialogue) -> None:
    asked = dialogue.outputs.filter(speaker="inquirer")
    assert [output.raw for output in asked] == ASKER
    assert [output.text for output in asked] == ["Q1", "Q2", ""]
    assert [output.thought_tokens for output in asked] == [7, 4, 4]
    assert asked[1].thought_characters == len('They want it "short".')
    assert asked[0].prompts_found == 1


def test_a_response_counts_its_own_tokens(dialogue: Dialogue) -> None:
    assert list(dialogue.turns.values_list("response_tokens", flat=True)) == [1, 1]
    assert summarise(dialogue.simulation.run.simulations.all()).tokens_per_response_mean == 1


def test_an_export_says_answers_and_keeps_thoughts_with_the_outputs(dialogue: Dialogue) -> None:
    [line] = export_dialogues(dialogue.study)
    exported = json.loads(line)
    assert [turn["model_responder"] for turn in exported["dialog"]] == ["A1", "A2"]
    assert [output["raw"] for output in exported["outputs"] if output["side"] == "inquirer"] == ASKER
    assert read_record(1, line).outputs[0]["thought_characters"] > 0
    assert "think" not in "".join(export_dialogues(dialogue.study, form="csv"))


def test_a_dialogue_page_shows_thoughts_in_the_small_print(dialogue: Dialogue, admin_client: Any) -> None:
    page = admin_client.get(f"/dialogues/{dialogue.token}/").content.decode()
    assert "including thoughts: 7 tokens" in page


def test_a_run_records_the_version_of_the_thought_rule(dialogue: Dialogue, admin_client: Any) -> None:
    assert (dialogue.inquirer["thoughts"], dialogue.responder["thoughts"]) == (RULE, RULE)
    page = admin_client.get(f"/runs/{dialogue.simulation.run.token}/").content.decode()
    assert page.count(f"rule version {RULE}") == 2


def test_a_thought_that_is_never_over_is_an_empty_output(models: dict[str, Any]) -> None:
    models["answerer"] = ScriptedModel(["<think>\nI have to think about this"])
    work_off(one_cell(), make_worker(models))
    assert Dialogue.objects.get().ending == "empty_output"
    assert Output.objects.get(speaker="responder").raw == "<think>\nI have to think about this"
    assert not Turn.objects.exists()
