"""The dialogues that health and fidelity are computed from."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.humanness.instructions import instructions_of
from analysis.humanness.run_dialogues import Instructions, natural_dialogues, read_spoken, simulated_dialogues
from analysis.statistics.spoken import SpokenOutput, SpokenTurn
from simulation.models import Run
from tests.analysis.humanness.factories import make_measurable_run
from tests.collection.factories import make_natural_dialogues, make_open_study, make_participant
from tests.factories import make_dialogue, make_output, make_run, make_study, make_turn

pytestmark = pytest.mark.django_db
MINE = """
language = "de-AT"
opening = [{ role = "user", content = "Du bist <PERSONA>. Dein Ziel: <GOAL>. Sonst nur <CONV_STOP>." }]
reading = { way = "marked", begin = "<say>", end = "</say>" }
stop = { rule = "edge", token = "ENDE" }
"""


def test_a_simulated_dialogue_is_read_with_all_that_the_symptoms_need() -> None:
    run = make_run(make_study(goal_count=1, persona_count=1))
    dialogue = make_dialogue(run.simulations.get(), turns=0, ending="no_prompt")
    dialogue.inquirer = {"model": "tiny", "marks": ["<|user|>"]}
    dialogue.save()
    make_turn(dialogue, 0, utterance="how fast", response="Very.", stop_reason="length")
    make_output(dialogue, 1, status="no_prompt", is_self_reply=True)
    make_output(dialogue, 2, status="stop", has_rest=True)
    [spoken] = read_spoken(simulated_dialogues(run), Instructions(stop_token="DONE", marks=("<say>",)))
    assert spoken.turns == (SpokenTurn("how fast", "Very."),)
    assert spoken.outputs == (
        SpokenOutput("inquirer", 1, is_cut=True, is_self_reply=False),
        SpokenOutput("responder", 1, is_cut=False, is_self_reply=False),
        SpokenOutput("inquirer", 2, is_cut=False, is_self_reply=True),
        SpokenOutput("inquirer", 3, is_cut=False, is_self_reply=False, is_end=True, has_rest=True),
    )
    assert (spoken.ending, spoken.is_natural, spoken.stop_token) == ("no_prompt", False, "DONE")
    assert spoken.marks == ("<say>", "<|user|>")
    assert spoken.persona.startswith("a ")
    assert spoken.features == run.simulations.get().persona.features


def test_only_ended_dialogues_count_and_none_that_was_replaced() -> None:
    run = make_run(make_study(goal_count=2, persona_count=1), state=Run.State.FINISHED)
    failed, open_one = run.simulations.all()
    make_dialogue(failed, ending="model_error")
    make_dialogue(open_one, ending="")
    assert [one.ending for one in simulated_dialogues(run)] == ["model_error"]
    again = make_dialogue(failed, ending="goal_reached")  # the cell's dialogue is now this later try
    assert list(simulated_dialogues(run)) == [again]


def test_natural_dialogues_are_those_of_the_study_in_which_something_was_said() -> None:
    study = make_open_study()
    goals = list(study.goals.all())
    make_natural_dialogues(make_participant(study, external_id="a"), goals[:1], ending="next_goal")
    make_natural_dialogues(make_participant(study, external_id="b"), goals[:1], turns=0, ending="left")
    make_natural_dialogues(make_participant(study, external_id="c"), goals[:1])
    other = make_open_study("other")
    make_natural_dialogues(make_participant(other, external_id="d"), other.goals.all(), ending="next_goal")
    [spoken] = read_spoken(natural_dialogues(study))
    assert (spoken.is_natural, spoken.ending, spoken.stop_token, len(spoken.turns)) == (True, "next_goal", "", 2)


def test_reading_takes_as_many_queries_however_many_dialogues_there_are() -> None:
    run = make_measurable_run()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(list(read_spoken(natural_dialogues(run.study)))) == 10
    assert len(queries) == 3


def test_the_instructions_are_those_of_the_prompt_set_that_the_run_froze() -> None:
    run = make_run()
    assert instructions_of(run) == Instructions("en", "FINISH", (), is_recorded=True)
    run.configuration["inquirer"]["prompts"] = "mine@2"
    run.configuration["prompt_sets"] = {"mine@2": MINE}
    assert instructions_of(run) == Instructions("de", "ENDE", ("<say>", "</say>"), is_recorded=True)


@pytest.mark.parametrize("inquirer", [{}, {"model": "gpt-4"}, {"prompts": "of an older version"}])
def test_a_run_that_does_not_say_its_instructions_can_still_be_measured(inquirer: dict[str, str]) -> None:
    run = make_run()
    run.configuration["inquirer"] = inquirer
    assert instructions_of(run) == Instructions()
