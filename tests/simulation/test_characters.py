"""Runs whose personas or responder are characters of RoleLLM."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from dialogue.backends.base import ContextFull
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from rolellm.elicitation import ELICITATIONS, Elicitation
from simulation.forms import RunForm, read_choices
from simulation.imports import import_dialogues
from simulation.models import Run
from simulation.reproduction import obstacles, write_programmes
from simulation.requests import RequestError, RunRequest
from simulation.run_identity import identify
from simulation.selectors import requested_personas
from studies.characters import cast_characters
from studies.files.exports import export_dialogues
from studies.models import Dialogue, Persona, Study
from tests.factories import make_study
from tests.simulation.characters import CORIOLANUS, LI_BAI, study_with
from tests.simulation.commanding import simulate
from tests.simulation.scripts import (
    ANSWERS,
    ASKS,
    MODELS_FILE,
    TURNS,
    interrupt,
    make_worker,
    request_run,
    said,
    scripts,
    started_run,
    work_off,
)

pytestmark = pytest.mark.django_db


class LongAsker(ScriptedModel):
    """Counts only its answers after the opening, because the demonstrations of a character are answers too."""

    def __init__(self, opening: int) -> None:
        super().__init__([*["(a demonstration)"] * opening, *ASKS])


def play(study: Study, demonstrations: int, *, answerer: ScriptedModel | None = None, **fields: Any) -> Run:
    run = started_run(study, **fields)
    models = scripts(LongAsker(demonstrations), answerer)
    return work_off(run, make_worker(models))


def first_request(study: Study, way: Elicitation) -> tuple[Message, ...]:
    run = started_run(study, personas="characters", elicitation=way)
    asker = LongAsker(0 if way != "dialogue" else 3)
    work_off(run, make_worker(scripts(asker)))
    return asker.requests[0].messages


@pytest.mark.parametrize("way", ELICITATIONS)
def test_a_character_pursues_the_goal_with_the_runs_prompt_set(way: Elicitation) -> None:
    study = study_with(CORIOLANUS)
    system, *pairs, asked = first_request(study, way)
    assert system.content.startswith("You are Coriolanus, your description is: You are a Roman general.")
    assert 'only say "FINISH"' in system.content
    assert study.goals.get().text in asked.content
    assert len(pairs) == (6 if way == "dialogue" else 0)
    assert ("I would outrun them all." in asked.content) == (way == "few-shot")
    [dialogue] = Dialogue.objects.all()
    assert said(dialogue.turns.all()) == TURNS
    assert dialogue.ending == "goal_reached"
    assert dialogue.persona_sentence == "Coriolanus"


def test_the_dialogue_records_the_character_the_elicitation_and_the_pairs_best_first() -> None:
    study = study_with(CORIOLANUS)
    play(study, 3, personas="characters")
    sheet = study.character_sheets.get()
    [dialogue] = Dialogue.objects.all()
    role = dialogue.inquirer["character"]
    assert role["name"] == "Coriolanus"
    assert role["elicitation"] == "dialogue"
    assert role["sheet"] == sheet.digest
    assert sorted(role["pairs"]) == [0, 1, 2]
    assert role["pairs"][-1] == 1, "the pair that shares no word with the goal comes last"
    assert dialogue.inquirer["model"] == "asker"
    assert "character" not in dialogue.responder


def test_chinese_characters_play_with_the_chinese_system_text() -> None:
    study = study_with(LI_BAI)
    asker = LongAsker(1)
    work_off(started_run(study, personas="characters"), make_worker(scripts(asker)))
    assert asker.requests[0].messages[0].content.startswith("你是李白，你的特征描述是：你是诗人。")
    assert asker.requests[0].messages[2] == Message("assistant", '"在船上。"')


def test_people_and_their_runs_stay_what_they_were() -> None:
    study = study_with(CORIOLANUS)
    run = request_run(study)
    assert run.simulations.get().persona.source == Persona.Source.LISTED
    assert set(run.configuration) == {"inquirer", "responder", "max_turns", "features"}
    assert run.identity == identify(run.configuration)
    assert [persona.code for persona in requested_personas(study, RunRequest("a", "b", personas="1"))] == [
        study.personas.get(source="listed").code
    ]


def test_each_elicitation_is_a_run_of_its_own_and_a_repeated_request_finds_it() -> None:
    study = study_with(CORIOLANUS)
    runs = [request_run(study, personas="characters", elicitation=way) for way in ELICITATIONS]
    assert len({run.pk for run in runs}) == 3
    assert request_run(study, personas="characters") == runs[ELICITATIONS.index("dialogue")]
    assert [str(run) for run in runs] == [
        f"Inquirer asker, responder answerer, characters by {words}"
        for words in ("zero-shot elicitation", "few-shot elicitation", "dialogue elicitation")
    ]


def test_an_interrupted_dialogue_goes_on_with_the_same_pairs() -> None:
    study = study_with(CORIOLANUS)
    run = started_run(study, personas="characters", elicitation="few-shot")
    interrupt(run, 1)
    [dialogue] = Dialogue.objects.all()
    record = dialogue.inquirer["character"] | {"pairs": [1]}
    Dialogue.objects.update(inquirer=dialogue.inquirer | {"character": record})
    asker = ScriptedModel(ASKS)
    work_off(run, make_worker(scripts(asker)))
    opening = asker.requests[0].messages[1].content
    assert "A Roman." in opening
    assert "I would outrun" not in opening
    assert said(Dialogue.objects.get().turns.all()) == TURNS


def test_the_provenance_of_a_run_with_characters_names_the_code_that_makes_them() -> None:
    study = study_with(CORIOLANUS)
    with_characters = (request_run(study, personas="characters"), request_run(study, responder_character="Coriolanus"))
    assert all(", rolellm " in run.provenance["software"] for run in with_characters)
    assert "rolellm" not in request_run(study).provenance["software"]


def test_the_responder_is_a_character_that_reads_its_pairs_before_the_dialogue() -> None:
    study = study_with(CORIOLANUS)
    answerer = ScriptedModel(["(a demonstration)"] * 3 + ANSWERS)
    run = work_off(started_run(study, responder_character="Coriolanus"), make_worker(scripts(None, answerer)))
    assert str(run) == "Inquirer asker, responder answerer as Coriolanus"
    system, *pairs, asked = answerer.requests[0].messages
    assert system.content.startswith("You are Coriolanus")
    assert Message("assistant", "I would outrun them all.") in pairs
    assert asked == Message("user", "Q1")
    [dialogue] = Dialogue.objects.all()
    assert said(dialogue.turns.all()) == TURNS
    assert dialogue.responder["character"]["name"] == "Coriolanus"
    assert dialogue.responder["character"]["elicitation"] == "dialogue"
    assert "character" not in dialogue.inquirer


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"elicitation": "dialogue"}, "Elicitations apply to characters, but these personas are people. Choose"),
        (
            {"personas": "characters", "elicitation": "shouting"},
            "Unknown elicitation 'shouting'. Choose from: zero-shot",
        ),
        ({"personas": "characters", "features": "age"}, "Characters have no persona features to limit"),
        ({"personas": ("Coriolanus", "000000000000")}, "A run plays either characters or people"),
        ({"responder_character": "Hamlet"}, "Study 'demo' has no character 'Hamlet'. Choose from: Coriolanus."),
        ({"personas": "characters", "inquirer_prompts": "user-model"}, "No character can play with the prompt set"),
    ],
)
def test_what_no_character_can_do_is_refused_with_one_sentence(fields: dict[str, Any], sentence: str) -> None:
    study = study_with(CORIOLANUS)
    Persona.objects.filter(source="listed").update(code="000000000000")
    with pytest.raises(RequestError) as caught:
        request_run(study, **fields)
    assert str(caught.value).startswith(sentence)
    assert not Run.objects.exists()


def test_a_study_without_characters_says_so() -> None:
    study = make_study()
    with pytest.raises(RequestError, match=r"has no personas of that kind"):
        request_run(study, personas="characters")
    with pytest.raises(RequestError, match=r"has no character 'Hamlet'\. Add one to the study first\."):
        request_run(study, responder_character="Hamlet")


def test_the_programme_of_a_run_finds_it_again(settings: Settings, tmp_path: Any) -> None:
    settings.MODELS_FILE = MODELS_FILE
    study = study_with(CORIOLANUS)
    run = request_run(study, personas="characters", elicitation="zero-shot", responder_character="Coriolanus")
    [programme] = write_programmes(run)
    assert obstacles(run, MODELS_FILE) == []
    assert 'personas = ["Coriolanus"]' in programme.text
    assert 'elicitation = "zero-shot"' in programme.text
    assert 'responder_character = "Coriolanus"' in programme.text


def test_a_programme_plays_characters_and_finds_its_run_again(settings: Settings, tmp_path: Any) -> None:
    settings.MODELS_FILE = MODELS_FILE
    study_with(CORIOLANUS)
    file = tmp_path / "programme.toml"
    lines = ['study = "demo"', 'inquirer = "asker"', 'responder = "answerer"', 'personas = "characters"']
    file.write_text("\n".join([*lines, 'elicitation = "few-shot"']), "utf-8")
    call_command("simulate", "--from", str(file), stdout=StringIO())
    [run] = Run.objects.all()
    assert (run.elicitation, run.state) == ("few-shot", Run.State.FINISHED)
    [again] = write_programmes(run)
    (tmp_path / "again.toml").write_text(again.text, "utf-8")
    call_command("simulate", "--from", str(tmp_path / "again.toml"), stdout=StringIO())
    assert Run.objects.get() == run
    with pytest.raises(CommandError, match=r"^--set elicitation=shouting: elicitation must be"):
        call_command("simulate", "--from", str(file), "--set", "elicitation=shouting", stdout=StringIO())


@pytest.mark.parametrize(("way", "remedy"), [("dialogue", True), ("zero-shot", False)])
def test_a_context_too_small_for_the_pairs_names_the_elicitation_without_them(way: str, remedy: bool) -> None:
    run, full = started_run(study_with(CORIOLANUS), personas="characters", elicitation=way), ContextFull("No room.")
    work_off(
        run,
        make_worker(scripts(ScriptedModel([*["(a demonstration)"] * (3 if way == "dialogue" else 0), full, *ASKS]))),
    )
    assert "The context of the inquirer is too small for its first prompt" in run.message
    assert ("choose the elicitation zero-shot" in run.message) == remedy
    assert not Dialogue.objects.exists()


def test_the_command_plays_characters(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    study_with(CORIOLANUS)
    found = json.loads(simulate("--personas", "characters", "--elicitation", "zero-shot", "--json"))
    assert found["dialogues"] == 1
    assert Run.objects.get().configuration["elicitation"] == "zero-shot"


def test_the_form_offers_characters_only_where_there_are_some(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    assert "elicitation" not in RunForm(read_choices(make_study("people"))).fields
    study = study_with(CORIOLANUS, LI_BAI)
    form = RunForm(read_choices(study))
    assert ("characters", "characters (2)") in form["personas"].field.widget.choices
    sent = {
        "inquirer": ["asker"],
        "responder": "answerer",
        "goals": ["1"],
        "personas": "characters",
        "elicitation": "few-shot",
        "responder_character": "李白",
        "features": "all",
        "seeds": "73",
        "max_turns": "12",
    }
    filled = RunForm(read_choices(study), sent)
    assert filled.is_valid(), filled.errors
    [request] = filled.to_requests()
    assert (request.personas, request.elicitation, request.responder_character) == ("characters", "few-shot", "李白")
    assert filled.plan is not None
    assert filled.plan.dialogues == 2


def test_exports_name_the_characters_and_the_elicitation_and_an_import_keeps_them() -> None:
    study = study_with(CORIOLANUS)
    play(study, 3, personas="characters", elicitation="dialogue")
    play(study, 0)
    rows = list(csv.DictReader(StringIO("".join(export_dialogues(study, form="csv")))))
    assert {(row["persona_id"], row["character"], row["elicitation"], row["responder_character"]) for row in rows} == {
        ("Coriolanus", "Coriolanus", "dialogue", ""),
        (study.personas.get(source="listed").code, "", "", ""),
    }
    lines = list(export_dialogues(study))
    assert [(json.loads(line)["character"], json.loads(line)["elicitation"]) for line in lines] == [
        ("Coriolanus", "dialogue"),
        ("", ""),
    ]
    elsewhere = make_study("elsewhere", goal_count=1, persona_count=1)
    cast_characters(elsewhere, [CORIOLANUS])
    report = import_dialogues(elsewhere, lines, inquirer="asker", source="export.jsonl")
    assert (report.imported, report.unplaced) == (2, ())
    again = [json.loads(line) for line in export_dialogues(elsewhere)]
    assert [one["inquirer"] for one in again] == [json.loads(line)["inquirer"] for line in lines]
    of_characters, of_people = elsewhere.runs.order_by("pk")
    assert of_characters.elicitation == "dialogue"
    assert of_people.elicitation == ""
    assert "character" not in of_characters.configuration["inquirer"]


def test_a_line_with_only_the_characters_name_finds_the_character() -> None:
    study = study_with(CORIOLANUS)
    goal = study.goals.get()
    line = {"persona": "Coriolanus", "sample": {"instruction": goal.text}, "num_turns": 0, "dialog": []}
    assert import_dialogues(study, [json.dumps(line)], inquirer="m", source="x").imported == 1
    assert Dialogue.objects.get().persona.code == "Coriolanus"
