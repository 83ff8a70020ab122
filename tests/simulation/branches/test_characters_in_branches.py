"""Branches of dialogues in which a character speaks."""

import pytest

from dialogue.backends.scripted import ScriptedModel
from simulation.requests import RequestError
from studies.models import Dialogue
from tests.simulation.branches.branching import branch_at, play, turns_of
from tests.simulation.characters import CORIOLANUS, LI_BAI, study_with
from tests.simulation.scripts import ANSWERS, ASKS, TURNS, make_worker, scripts, started_run, work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]
SAID = ["(a demonstration)"] * 3


def character_dialogue() -> tuple[Dialogue, ScriptedModel, ScriptedModel]:
    """Return a dialogue between Coriolanus and Li Bai, and the models that played it."""
    asker, answerer = ScriptedModel([*SAID, *ASKS]), ScriptedModel(["(a demonstration)", *ANSWERS])
    run = started_run(study_with(CORIOLANUS, LI_BAI), personas=("Coriolanus",), responder_character="李白")
    work_off(run, make_worker(scripts(asker, answerer)))
    return Dialogue.objects.get(), asker, answerer


def test_a_branch_without_changes_repeats_the_characters_with_their_pairs() -> None:
    parent, asked, answered = character_dialogue()
    asker, answerer = ScriptedModel([*SAID, *ASKS]), ScriptedModel(["(a demonstration)", *ANSWERS])
    branch = branch_at(parent, 2)
    play(branch, models=scripts(asker, answerer))
    assert [one.messages for one in asker.requests] == [one.messages for one in asked.requests[1:]]
    assert [one.messages for one in answerer.requests] == [one.messages for one in answered.requests[1:]]
    assert turns_of(branch.dialogue) == TURNS
    assert branch.dialogue.inquirer == parent.inquirer
    assert branch.dialogue.responder == parent.responder


def test_another_character_is_elicited_in_the_same_way_with_its_own_pairs() -> None:
    parent, _, _ = character_dialogue()
    asker = ScriptedModel(["(a demonstration)", *ASKS])
    branch = branch_at(parent, 2, persona="李白")
    play(branch, models=scripts(asker, ScriptedModel(["(a demonstration)", *ANSWERS])))
    assert asker.requests[0].messages[0].content.startswith("你是李白")
    assert branch.dialogue.inquirer["character"]["name"] == "李白"
    assert branch.dialogue.inquirer["character"]["elicitation"] == "dialogue"
    assert branch.dialogue.persona_sentence == "李白"


def test_a_character_does_not_take_over_from_a_person_nor_a_person_from_a_character() -> None:
    parent, _, _ = character_dialogue()
    person = parent.study.personas.get(source="listed")
    with pytest.raises(RequestError, match=rf"Persona '{person.code}' is a person, and that of the dialogue is not"):
        branch_at(parent, 2, persona=person.code)
    assert Dialogue.objects.count() == 1
