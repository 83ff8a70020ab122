"""Dialogues go out and come back without a loss, and never end up with the wrong persona."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from collection.exports import export_dialogues
from collection.models import Dialogue, Study
from collection.records import read_records
from dialogue.personas import describe
from simulation.imports import import_dialogues
from simulation.models import Run
from tests.factories import make_dialogue, make_run, make_study

pytestmark = pytest.mark.django_db
OFFICIAL_KEYS = ("persona", "sample", "num_turns", "dialog")


def line(persona: str, goal: str, *, utterance: str = "Hi?", **ours: object) -> str:
    dialog = [{"turn": 0, "model_inquirer": utterance, "model_responder": "Hello."}]
    return json.dumps({"persona": persona, "sample": {"instruction": goal}, "num_turns": 1, "dialog": dialog} | ours)


@pytest.fixture
def study() -> Study:
    """Four personas, of which the first and the fourth share one sentence."""
    return make_study(persona_count=4)


def sentence(study: Study, code: str) -> str:
    return describe(study.personas.get(code=code).features)


def test_what_was_exported_is_imported_into_an_empty_study_with_every_output(study):
    run = make_run(study)
    for cell in run.simulations.all():
        make_dialogue(cell)
    exported = "".join(export_dialogues(study))
    elsewhere = make_study("elsewhere", persona_count=4)

    report = import_dialogues(elsewhere, read_records(exported.splitlines()), inquirer="tiny", source="export.jsonl")

    assert (report.imported, report.unplaced) == (8, ())
    again = [json.loads(entry) for entry in export_dialogues(elsewhere)]
    first = [json.loads(entry) for entry in exported.splitlines()]
    same = ("persona", "sample", "num_turns", "dialog", "persona_id", "goal", "seed", "ending", "tokens", "outputs")
    assert [[entry[key] for key in same] for entry in again] == [[entry[key] for key in same] for entry in first]


def test_an_import_can_be_repeated(study):
    records = read_records([line(sentence(study, "P02"), study.goals.first().text)])
    import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    report = import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    assert (report.imported, report.present, Dialogue.objects.count()) == (0, 1, 1)


def test_the_kth_line_with_a_shared_sentence_is_taken_for_the_kth_persona_that_has_it(study):
    assert sentence(study, "P01") == sentence(study, "P04")
    goal = study.goals.first().text
    shared = sentence(study, "P01")
    records = read_records([line(shared, goal, utterance="One?"), line(shared, goal, utterance="Two?")])

    import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")

    said = {d.persona.code: d.turns.get().utterance for d in Dialogue.objects.all()}
    assert said == {"P01": "One?", "P04": "Two?"}


def test_a_line_more_than_there_are_personas_is_reported_and_not_merged(study):
    goal = study.goals.first().text
    records = read_records([line(sentence(study, "P02"), goal, utterance=text) for text in ("One?", "Two?")])
    report = import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    assert report.imported == 1
    assert report.unplaced == (
        "Line 2: only 1 personas have this sentence, and earlier lines took them for this goal.",
    )


def test_our_persona_id_decides_where_the_sentence_cannot(study):
    records = read_records([line(sentence(study, "P01"), study.goals.first().text, persona_id="P04")])
    import_dialogues(study, records, inquirer="vicuna", source="x.jsonl")
    assert Dialogue.objects.get().persona.code == "P04"


def test_another_text_in_the_same_place_is_reported_and_the_first_one_stays(study):
    goal = study.goals.first().text
    for text in ("One?", "Two?"):
        records = read_records([line(sentence(study, "P02"), goal, utterance=text)])
        report = import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    assert "already has another dialogue" in report.unplaced[0]
    assert Dialogue.objects.get().turns.get().utterance == "One?"


def test_the_official_one_line_wording_of_goal_four_finds_its_goal():
    study = make_study(goal_count=4)
    official = json.loads(Path("tests/data/goals.json").read_text("utf-8"))["goals"][3]["text_as_simulated_officially"]
    import_dialogues(study, read_records([line(sentence(study, "P01"), official)]), inquirer="m", source="73.jsonl")
    assert Dialogue.objects.get().goal.number == 4


def test_an_unknown_goal_or_persona_is_reported(study):
    records = read_records([line("a Martian", study.goals.first().text), line(sentence(study, "P01"), "Fly.")])
    report = import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    assert report.unplaced == (
        "Line 1: no persona of the study has this sentence.",
        "Line 2: the study has no goal with this instruction.",
    )


def test_peoples_dialogues_are_natural_and_end_as_in_the_paper(study):
    records = read_records([line(sentence(study, "P01"), study.goals.first().text)])
    import_dialogues(study, records, inquirer=None, source="natural.jsonl")
    assert Dialogue.objects.filter(kind="natural", ending="next_goal", simulation=None).count() == 1


def test_imported_simulations_are_a_finished_run_of_their_inquirer_with_the_seed_of_the_file(study, tmp_path):
    file = tmp_path / "8479.jsonl"
    file.write_text(line(sentence(study, "P02"), study.goals.first().text), encoding="utf-8")
    call_command("import_dialogues", str(file), study="demo", inquirer="vicuna")
    run = Run.objects.get()
    assert (run.inquirer, run.state, run.simulations.get().seed) == ("vicuna", "finished", 8479)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not json", "Line 2 is not JSON"),
        ('{"persona": "x"}', "Line 2 lacks the key 'dialog'"),
        ('["a list"]', "Line 2 is not a dialogue in the official format"),
        ('{"persona": "x", "sample": {"instruction": "y"}, "num_turns": 3, "dialog": []}', "num_turns is 3"),
    ],
)
def test_a_bad_line_is_named_and_nothing_at_all_is_imported(study, tmp_path, text, sentence):
    file = tmp_path / "73.jsonl"
    good = line(describe(study.personas.get(code="P02").features), study.goals.first().text)
    file.write_text(f"{good}\n{text}\n", encoding="utf-8")
    with pytest.raises(CommandError, match=sentence) as refusal:
        call_command("import_dialogues", str(file), study="demo", natural=True)
    assert refusal.value.returncode == 2
    assert not Dialogue.objects.exists()


def test_a_missing_file_and_an_unknown_study_are_named(study, tmp_path):
    with pytest.raises(CommandError, match="cannot be read as text"):
        call_command("import_dialogues", str(tmp_path / "none.jsonl"), study="demo", natural=True)
    with pytest.raises(CommandError, match="There is no study 'dmo'"):
        call_command("import_dialogues", __file__, study="dmo", natural=True)
