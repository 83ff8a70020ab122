"""Runs with a prompt set of their own choice."""

import pytest

from dialogue.backends.scripted import ScriptedModel
from dialogue.prompt_file import write_prompts
from dialogue.prompts import load
from simulation.models import Run
from simulation.reproduction import write_programmes
from simulation.requests import RequestError
from simulation.statistics import Rate, summarise
from studies.models import Dialogue, Goal, Output, Study
from studies.prompt_sets.versions import store_version
from tests.factories import make_study
from tests.simulation.scripts import make_worker, request_run, scripts, started_run, work_off

pytestmark = pytest.mark.django_db

PLAIN = write_prompts(load("plain"))
MARKED = PLAIN.replace('way = "whole"', 'way = "marked"\nbegin = "<say>"\nend = "</say>"')


def first_dialogue(run: Run) -> Dialogue:
    return Dialogue.objects.get(simulation=run.simulations.order_by("pk")[0])


def test_a_run_reads_outputs_as_its_prompt_set_says() -> None:
    store_version("marked", MARKED)
    run = started_run(make_study(), inquirer_prompts="marked")
    asker = ScriptedModel(["Let me see. <say>Q1</say>", "<say>Q2</say> thanks", "FINISH"])
    work_off(run, make_worker(scripts(asker=asker)))
    dialogue = first_dialogue(run)
    assert list(dialogue.turns.values_list("utterance", flat=True)) == ["Q1", "Q2"]
    assert dialogue.ending == "goal_reached"
    assert asker.requests[-1].messages[-2].content == "<say>Q2</say>"


def test_a_run_keeps_the_version_that_it_began_with() -> None:
    store_version("mine", PLAIN)
    study = make_study()
    run = started_run(study, inquirer_prompts="mine")
    store_version("mine", MARKED)
    assert run.configuration["inquirer"]["prompts"] == "mine@1"
    work_off(run, make_worker(scripts(asker=ScriptedModel(["Q1", "FINISH"]))))
    assert first_dialogue(run).turns.get().utterance == "Q1"
    assert request_run(study, inquirer_prompts="mine@1") == run
    assert request_run(study, inquirer_prompts="mine") != run


def test_the_programme_of_a_run_names_its_prompt_sets() -> None:
    store_version("mine", PLAIN)
    (programme,) = write_programmes(request_run(inquirer_prompts="mine"))
    assert 'inquirer_prompts = "mine@1"' in programme.text
    assert 'responder_prompts = "llama-2-responder"' in programme.text


def test_text_beside_the_stop_token_is_counted_and_the_paper_never_sends_it() -> None:
    run = started_run()
    work_off(run, make_worker(scripts(asker=ScriptedModel(['"Q1"', 'I have it, "thanks". FINISH']))))
    stops = Output.objects.filter(status="stop")
    assert stops.count() == run.simulations.count() == 4
    assert all(stop.has_rest and not stop.text and stop.raw.startswith("I have it") for stop in stops)
    assert {dialogue.turns.count() for dialogue in Dialogue.objects.all()} == {1}
    assert summarise(run.simulations.all()).beside_stop == Rate(4, 4)


def test_last_words_are_a_turn_where_the_set_sends_them() -> None:
    store_version("polite", PLAIN + "\n[stop]\nsends_rest = true\n")
    run = started_run(inquirer_prompts="polite")
    work_off(run, make_worker(scripts(asker=ScriptedModel(["Q1", "Thanks! FINISH"]))))
    dialogue = first_dialogue(run)
    assert list(dialogue.turns.values_list("utterance", flat=True)) == ["Q1", "Thanks!"]
    assert dialogue.ending == "goal_reached"


@pytest.fixture
def marked_study() -> Study:
    study = make_study()
    Goal.objects.filter(study=study, number=2).update(text="Learn what <say> means.")
    return study


def test_a_goal_with_a_mark_of_the_set_is_refused_and_named(marked_study: Study) -> None:
    store_version("marked", MARKED)
    with pytest.raises(RequestError, match=r"Goal 2 \(.*\) contains the mark '<say>'"):
        request_run(marked_study, inquirer_prompts="marked")
    assert not Run.objects.exists()
    assert request_run(marked_study, inquirer_prompts="marked", goals=(1,)).simulations.count() == 2


def test_an_unknown_prompt_set_is_refused_before_a_run() -> None:
    with pytest.raises(RequestError, match="There is no prompt set 'mine' for this responder"):
        request_run(responder_prompts="mine")
    assert not Run.objects.exists()
