"""``manage.py fork``, called through Django."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from simulation.models import Branch, Run
from studies.files.exports import export_dialogues
from studies.models import Dialogue
from tests.simulation.commanding import simulate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def fork(*options: str) -> str:
    out = StringIO()
    call_command("fork", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def forked(*options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(fork("--json", *options))["branches"]
    return found


@pytest.fixture
def parents() -> list[Dialogue]:
    """Return two dialogues of two turns that reached the goal."""
    simulate("--personas", "1")
    return list(Dialogue.objects.order_by("pk"))


def test_dialogues_are_repeated_from_a_turn(parents: list[Dialogue]) -> None:
    found = forked(*(parent.token for parent in parents), "--turn", "2")
    assert [branch["parent"] for branch in found] == [parent.token for parent in parents]
    for branch in found:
        assert (branch["parting"], branch["changes"], branch["ending"]) == (None, [], "goal_reached")
        assert [turn["utterance"] for turn in branch["turns"]] == ["And what is a bee?"]
    text = fork(parents[0].token, "--turn", "2")
    assert "2 turns, goal reached" in text
    assert "The branch repeats the original word for word." in text
    assert Run.objects.get().simulations.count() == 2


def test_the_report_names_what_was_changed_and_where_the_branch_diverges(parents: list[Dialogue]) -> None:
    [branch] = forked(parents[0].token, "--turn", "2", "--utterance", "What is honey?", "--seed", "5")
    assert branch["parting"] == {"turn": 2, "at": "utterance"}
    assert branch["changes"] == [
        {"name": "seed", "before": "73", "after": "5"},
        {"name": "utterance of turn 2", "before": "And what is a bee?", "after": "What is honey?"},
    ]
    text = fork(parents[0].token, "--turn", "3", "--inquirer", "tiny", "--max-turns", "9")
    assert "inquirer: asker → tiny" in text
    assert "turn limit: 12 → 9" in text


def test_a_branch_that_ends_sooner_diverges_at_its_ending(parents: list[Dialogue]) -> None:
    [branch] = forked(parents[0].token, "--turn", "2", "--inquirer-prompts", "plain", "--max-turns", "2")
    assert branch["changes"][0] == {"name": "prompts of the inquirer", "before": "llama-2", "after": "plain"}
    [shorter] = forked(parents[0].token, "--turn", "1", "--max-turns", "1")
    assert shorter["parting"] == {"turn": 2, "at": "ending"}


def test_the_file_of_branches_says_what_each_exported_branch_leaves_and_changes(
    parents: list[Dialogue], tmp_path: Path
) -> None:
    found = forked(*(parent.token for parent in parents), "--turn", "2", "--seed", "5")
    fork(parents[0].token, "--turn", "1", "--queue")
    call_command("export_runs", "demo", "--branches", "--out", str(tmp_path / "branches.jsonl"))
    lines = [json.loads(line) for line in (tmp_path / "branches.jsonl").read_text("utf-8").splitlines()]
    assert lines == [{name: value for name, value in one.items() if name != "turns"} for one in found]
    exported = [json.loads(line)["dialogue"] for line in export_dialogues(parents[0].study, "branch")]
    assert exported == [line["branch"] for line in lines]
    assert [(line["parent"], line["seed"]) for line in lines] == [(parent.token, 5) for parent in parents]


def test_a_queued_branch_is_left_to_workers(parents: list[Dialogue]) -> None:
    assert fork(parents[0].token, "--turn", "2", "--queue") == ""
    branch = Branch.objects.get()
    assert (branch.is_queued, branch.is_running, branch.dialogue.turns.count()) == (True, True, 1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--turn", "9"], "The dialogue has 2 turns, so it cannot branch at turn 9."),
        (
            ["nothing", "--turn", "1"],
            "There is no dialogue 'nothing'. It may have been deleted because its participant",
        ),
        (["--turn", "2", "--utterance", ""], "The edited utterance is empty."),
        (["--turn", "2", "--responder", "gone"], "There is no model 'gone'"),
        (["--turn", "2", "--json", "--queue"], "Omit --json."),
        (["--turn", "2", "--concurrency", "0"], "Change --concurrency."),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_stores_nothing(
    parents: list[Dialogue], options: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError) as caught:
        fork(parents[0].token, *options)
    assert caught.value.returncode == 2
    assert sentence in str(caught.value)
    assert not Branch.objects.exists()
    assert Dialogue.objects.count() == 2
