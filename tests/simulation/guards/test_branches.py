"""Branches and guards: a branch is checked with the dialogue from which it descends, and is unsafe if its kept turns may be."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from simulation.guards.scopes import dialogues_of_run, dialogues_of_study, natural_dialogues
from simulation.models import Branch, FailedDialogue, Run, Simulation
from studies.files.exports import export_dialogues
from studies.models import Dialogue, Study
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.factories import make_check, make_staff, make_turn
from tests.simulation.branches.branching import branch_at, play, simulated_dialogue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]
MODELS = {"inquirer": "asker", "responder": "answerer"}


@pytest.fixture
def parent() -> Dialogue:
    return simulated_dialogue()


def ended_branch(parent: Dialogue, turn: int, **changes: str) -> Dialogue:
    """Return the dialogue of a branch that has ended, with a turn of its own."""
    branch = branch_at(parent, turn, **changes)
    make_turn(branch.dialogue, branch.shared)
    now = timezone.now()
    Dialogue.objects.filter(pk=branch.dialogue_id).update(ended_at=now, ending="max_turns")
    Branch.objects.filter(pk=branch.pk).update(finished_at=now, state=Branch.State.FINISHED)
    return Dialogue.objects.get(pk=branch.dialogue_id)


def exported(study: Study, *, takes_unsafe: bool = False) -> set[str]:
    """Return the tokens of the exported branches."""
    return {json.loads(line)["dialogue"] for line in export_dialogues(study, "branch", takes_unsafe=takes_unsafe)}


def export_branches(path: Path, *options: str) -> tuple[set[str], str]:
    """Return the tokens of the branches in the file of `export_runs --branches`, and what it says besides."""
    err = StringIO()
    call_command("export_runs", "demo", "--branches", "--out", str(path), *options, stderr=err)
    return {json.loads(line)["branch"] for line in path.read_text("utf-8").splitlines()}, err.getvalue()


def test_a_run_is_checked_with_its_branches_and_theirs_and_those_of_failed_tries(parent: Dialogue) -> None:
    first = ended_branch(parent, 1)
    nested = ended_branch(first, 2)
    failed = Dialogue.objects.get(pk=parent.pk)
    failed.pk, failed.token, failed.is_replaced = None, "failed", True
    failed.save()
    FailedDialogue.objects.create(cell=Simulation.objects.get(), dialogue=failed)
    of_failed = ended_branch(failed, 1)
    assert set(dialogues_of_run(Run.objects.get())) == {parent, first, nested, of_failed}
    assert set(dialogues_of_study(parent.study)) == {parent, first, nested, of_failed}


def test_natural_dialogues_and_all_branches_of_theirs_are_checked_only_if_the_study_says_so(parent: Dialogue) -> None:
    study = parent.study
    natural = make_natural_dialogue(make_participant(study), ending="next_goal", turns=2)
    first = ended_branch(natural, 2, **MODELS)
    nested = ended_branch(first, 1, **MODELS)
    assert set(dialogues_of_study(study)) == {parent}
    study.guards_natural = True
    assert set(dialogues_of_study(study)) == {parent, natural, first, nested}
    assert set(natural_dialogues(study)) == {natural, first, nested}


@pytest.mark.parametrize("reason", ["a guard found it unsafe", "it was stopped as unsafe"])
def test_a_branch_that_keeps_turns_of_an_unsafe_dialogue_is_unsafe_and_so_are_its_branches(
    parent: Dialogue, reason: str
) -> None:
    keeping = ended_branch(parent, 2)
    nested, apart = ended_branch(keeping, 2), ended_branch(parent, 1)
    only_apart = ended_branch(keeping, 1)
    assert exported(parent.study) == {one.token for one in (keeping, nested, apart, only_apart)}
    if reason == "a guard found it unsafe":
        make_check(parent)
        make_check(nested, verdict="safe")
    else:
        Dialogue.objects.filter(pk=parent.pk).update(ending="unsafe")
    assert exported(parent.study) == {apart.token, only_apart.token}
    assert exported(parent.study, takes_unsafe=True) == {one.token for one in (keeping, nested, apart, only_apart)}


def test_an_unsafe_branch_makes_those_that_keep_its_turns_unsafe_but_not_its_original(parent: Dialogue) -> None:
    branch = ended_branch(parent, 2)
    nested = ended_branch(branch, 2)
    make_check(branch)
    assert exported(parent.study) == set()
    assert len(list(export_dialogues(parent.study))) == 1
    assert nested.descents.count() == 2


def test_the_file_of_branches_leaves_out_unsafe_ones_and_those_that_quote_an_unsafe_original(
    parent: Dialogue, tmp_path: Path
) -> None:
    keeping, edited = ended_branch(parent, 2), ended_branch(parent, 1, utterance="Is it so?")
    path = tmp_path / "branches.jsonl"
    assert export_branches(path) == ({keeping.token, edited.token}, "")
    make_check(parent)
    found, told = export_branches(path)
    assert found == set()
    assert "Left out because they or their originals are unsafe: 2 branches. Add --include-unsafe" in told
    assert export_branches(path, "--include-unsafe") == ({keeping.token, edited.token}, "")
    with pytest.raises(CommandError, match="--include-unsafe needs --branches"):
        call_command("export_runs", "demo", "--include-unsafe")


def test_a_dialogues_page_says_that_it_keeps_turns_of_an_unsafe_one(parent: Dialogue, client: Client) -> None:
    client.force_login(make_staff())
    keeping, apart = branch_at(parent, 2), branch_at(parent, 1)
    play(keeping)
    make_check(parent)
    sentence = "This branch keeps turns of an unsafe dialogue, so it counts as unsafe."
    assert sentence in client.get(f"/dialogues/{keeping.dialogue.token}/").text
    for other in (apart.dialogue, parent):
        assert sentence not in client.get(f"/dialogues/{other.token}/").text
