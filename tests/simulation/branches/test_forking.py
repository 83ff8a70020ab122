"""What a branch takes from its parent and what it changes, and requests that are refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from dialogue.backends.scripted import ScriptedModel
from simulation.branches.forking import find_parent, fork
from simulation.branches.requests import BranchRequest
from simulation.extensions import retry_failed
from simulation.models import Branch, Run
from simulation.requests import RequestError
from simulation.services import start_run
from simulation.workers import Worker
from studies.models import Dialogue, Turn
from studies.prompt_sets.versions import store_version
from tests.collection.factories import make_natural_dialogue, make_participant, make_pending_turn
from tests.simulation.branches.branching import branch_at, play, simulated_dialogue, turns_of
from tests.simulation.scripts import ANSWERS, ASKS, MODELS_FILE, TURNS, make_worker, one_cell, scripts, work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_branch_without_changes_asks_the_models_for_what_its_parent_asked(turn: int) -> None:
    whole, again = ScriptedModel(ASKS), ScriptedModel(ASKS)
    run = one_cell()
    work_off(run, _worker(whole))
    branch = branch_at(Dialogue.objects.get(), turn)
    play(branch, models=scripts(again))
    assert [(one.messages, one.sampling) for one in again.requests] == [
        (one.messages, one.sampling) for one in whole.requests[turn - 1 :]
    ]
    assert turns_of(branch.dialogue) == TURNS
    branch.dialogue.refresh_from_db()
    assert (branch.dialogue.ending, branch.state) == ("goal_reached", Branch.State.FINISHED)


def test_a_branch_of_a_later_try_repeats_its_seeds_and_one_of_the_failed_try_the_first_ones() -> None:
    first, second = ScriptedModel(["No quotation."]), ScriptedModel(ASKS)
    run = one_cell()
    work_off(run, _worker(first))
    retry_failed(run, ["no_prompt"])
    work_off(_restarted(run), _worker(second))
    failed, later = Dialogue.objects.order_by("pk")
    for parent, model in ((failed, first), (later, second)):
        again = ScriptedModel(ASKS)
        play(branch_at(parent, 1), models=scripts(again))
        assert again.requests[0].sampling == model.requests[0].sampling
    assert first.requests[0].sampling != second.requests[0].sampling


def test_another_seed_or_persona_changes_the_samplers_seeds_and_the_persona_the_sentence() -> None:
    parent, seen = simulated_dialogue(), []
    other = parent.study.personas.create(
        code="p-else", source="listed", features=parent.persona.features | {"gender": "Female"}
    )
    for changes in ({}, {"seed": 74}, {"persona": other.code}):
        asker = ScriptedModel(ASKS)
        branch = branch_at(parent, 2, **changes)
        play(branch, models=scripts(asker))
        seen.append((branch, asker.requests[0]))
    assert len({request.sampling.seed for _, request in seen}) == 3
    same, _, played = (branch.dialogue.persona_sentence for branch, _ in seen)
    assert same == parent.persona_sentence != played
    assert played in seen[2][1].messages[0].content


def test_another_model_or_prompt_set_plays_from_that_turn_on() -> None:
    parent = simulated_dialogue()
    tiny = ScriptedModel(['"One"', '"Other"', "FINISH"])
    branch = branch_at(parent, 2, inquirer="tiny")
    play(branch, models=scripts() | {"tiny": tiny})
    assert turns_of(branch.dialogue) == [TURNS[0], ("Other", "A2")]
    assert branch.dialogue.inquirer["model"] == "tiny"

    asker = ScriptedModel(["Q1", "Hello, whole output"])
    branch = branch_at(parent, 2, inquirer_prompts="plain", max_turns=2)
    play(branch, models=scripts(asker))
    assert turns_of(branch.dialogue) == [TURNS[0], ("Hello, whole output", "A2")]
    assert branch.dialogue.inquirer["prompts"] == "plain"


def test_a_stored_prompt_set_stays_with_the_branches_of_a_branch() -> None:
    store_version("mine", _stored_prompts("Answer kindly."))
    first = branch_at(simulated_dialogue(), 2, responder_prompts="mine@1")
    play(first)
    store_version("mine", _stored_prompts("Answer rudely."))
    answerer = ScriptedModel(ANSWERS)
    play(branch_at(first.dialogue, 2), models=scripts(answerer=answerer))
    assert answerer.requests[0].messages[0].content == "Answer kindly."


def test_an_edited_utterance_is_answered_and_the_inquirer_continues_from_it() -> None:
    asker, answerer = ScriptedModel(ASKS), ScriptedModel(["A1", "So it is."])
    branch = branch_at(simulated_dialogue(), 2, utterance="Is it so?")
    play(branch, models=scripts(asker, answerer))
    assert turns_of(branch.dialogue) == [TURNS[0], ("Is it so?", "So it is.")]
    assert [request.messages[-1].content for request in answerer.requests] == ["Is it so?"]
    assert "Is it so?" in asker.requests[0].messages[-2].content
    assert list(branch.dialogue.outputs.values_list("position", "speaker")) == [(1, "responder"), (2, "inquirer")]


def test_a_model_continues_a_persons_dialogue_without_its_failed_turn() -> None:
    study = simulated_dialogue().study
    natural = make_natural_dialogue(make_participant(study), turns=3)
    natural.responder = Dialogue.objects.get(kind="simulated").responder
    natural.save()
    natural.turns.filter(position=1).update(state=Turn.State.FAILED)
    make_pending_turn(natural)
    asker = ScriptedModel(["", "", '"And then?"', "FINISH"])
    branch = branch_at(natural, 4, inquirer="asker")
    play(branch, models=scripts(asker, ScriptedModel(["", "", "Then."])))
    first, _, third, _ = natural.turns.order_by("position")
    kept = [(turn.utterance, turn.response) for turn in (first, third)]
    assert turns_of(branch.dialogue) == [*kept, ("And then?", "Then.")]
    assert (branch.shared, branch.dialogue.seed) == (2, natural.seed)


def test_a_negative_control_takes_a_seed_that_no_branch_has() -> None:
    parent = simulated_dialogue()
    branch_at(parent, 1, seed=75)
    assert [branch_at(parent, 1, is_control=True).dialogue.seed for _ in range(2)] == [74, 76]


def test_a_request_that_arrives_again_is_the_same_branch_and_another_one_is_not() -> None:
    parent = simulated_dialogue()
    first = branch_at(parent, 2, is_control=True, key="page")
    assert branch_at(parent, 2, is_control=True, key="page") == first
    others = [branch_at(parent, 2, key="page"), branch_at(parent, 1, is_control=True, key="page")]
    others += [branch_at(parent, 2, is_control=True, key="reloaded"), branch_at(parent, 2), branch_at(parent, 2)]
    assert len({first, *others}) == Branch.objects.count() == 6


@pytest.mark.parametrize(
    ("turn", "changes", "sentence"),
    [
        (
            0,
            {},
            "The dialogue has 2 turns, so it cannot branch at turn 0. Choose a turn from 1 to 2, or 3 to continue after",
        ),
        (4, {}, "it cannot branch at turn 4"),
        (2, {"utterance": " \n"}, "The edited utterance is empty. Write one, or let the inquirer write the utterance."),
        (2, {"utterance": "a" * 20_001}, "has 20001 characters. Shorten it to 20000."),
        (2, {"persona": "nobody"}, "Study 'demo' has no persona 'nobody'."),
        (2, {"inquirer": "gone"}, "There is no model 'gone'"),
        (2, {"inquirer": "answerer"}, "has no [models.answerer.inquirer] table"),
        (2, {"inquirer_prompts": "none"}, "There is no prompt set 'none'"),
        (2, {"seed": -1}, "Enter at least one seed"),
        (3, {"max_turns": 2}, "The turn limit is 2, and 2 turns come before. Raise the turn limit"),
        (2, {"max_turns": 0}, "The turn limit must be between 1 and 100."),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_a_sentence_and_stores_nothing(
    turn: int, changes: dict[str, Any], sentence: str
) -> None:
    parent = simulated_dialogue()
    with pytest.raises(RequestError, match=re.escape(sentence)):
        branch_at(parent, turn, **changes)
    assert not Branch.objects.exists()
    assert Dialogue.objects.get() == parent


def test_a_dialogue_that_its_participant_has_withdrawn_is_refused() -> None:
    parent = make_natural_dialogue(make_participant(simulated_dialogue().study))
    opened = find_parent(parent.token)
    Dialogue.objects.filter(pk=parent.pk).delete()
    with pytest.raises(RequestError, match="may have been deleted because its participant withdrew"):
        find_parent(parent.token)
    with pytest.raises(RequestError, match="participant withdrew"):
        fork(opened, BranchRequest(1, inquirer="asker", responder="answerer"), MODELS_FILE)
    assert Dialogue.objects.count() == 1


def test_a_model_that_is_gone_or_has_changed_is_named(tmp_path: Path) -> None:
    parent, file = simulated_dialogue(), tmp_path / "models.toml"
    text = MODELS_FILE.read_text("utf-8")
    file.write_text(text.replace("[models.asker", "[models.renamed"), "utf-8")
    with pytest.raises(RequestError, match="'asker'"):
        fork(parent, BranchRequest(2), file)
    file.write_text(text.replace('prompts = "llama-2"\ncoherence = { max_n = 8 }', 'prompts = "llama-2"'), "utf-8")
    with pytest.raises(RequestError, match="Model 'asker' has changed"):
        fork(parent, BranchRequest(2), file)
    assert fork(parent, BranchRequest(2, inquirer="asker"), file).configuration["inquirer"]["model"] == "asker"


def test_a_dialogue_of_a_person_needs_a_model_that_continues() -> None:
    parent = make_natural_dialogue(make_participant(simulated_dialogue().study))
    with pytest.raises(RequestError, match="inquirer of this dialogue was played by a person"):
        branch_at(parent, 1)


def _worker(asker: ScriptedModel) -> Worker:
    return make_worker(scripts(asker))


def _restarted(run: Run) -> Run:
    start_run(run)
    return run


def _stored_prompts(system: str) -> str:
    return f'source = "For a test."\nsystem = "{system}"\n'
