"""Dialogues survive an export and import without loss, and never get the wrong persona."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulation.imports import import_dialogues
from simulation.models import Run
from studies.files import pieces
from studies.files.exports import export_dialogues
from studies.models import Dialogue, Study
from studies.search.matching import finds
from studies.search.query import read_query
from tests.factories import make_dialogue, make_run, make_study
from tests.simulation.official_lines import line, sentence

pytestmark = pytest.mark.django_db


def drop(entry: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in keys}


@pytest.fixture
def study() -> Study:
    """Return a study with four personas, of which the first and the fourth share one sentence."""
    return make_study(persona_count=4)


def test_what_was_exported_is_imported_into_an_empty_study_with_every_output(study):
    run = make_run(study)
    for cell in run.simulations.all():
        make_dialogue(cell)
    exported = "".join(export_dialogues(study))
    elsewhere = make_study("elsewhere", persona_count=4)

    report = import_dialogues(elsewhere, list(exported.splitlines()), inquirer="tiny", source="export.jsonl")

    assert (report.imported, report.unplaced) == (8, ())
    again = [json.loads(entry) for entry in export_dialogues(elsewhere)]
    first = [json.loads(entry) for entry in exported.splitlines()]
    own = {"dialogue", "study", "started_at", "ended_at"}
    assert [entry.keys() for entry in again] == [entry.keys() for entry in first]
    assert [drop(entry, own) for entry in again] == [drop(entry, own) for entry in first]
    assert elsewhere.dialogues.filter(finds(read_query("calories"))).count() == 8
    imported = Run.objects.get(study=elsewhere).configuration
    assert (imported["inquirer"], imported["responder"]) == (
        run.configuration["inquirer"],
        run.configuration["responder"],
    )


def test_an_import_can_be_repeated(study):
    records = [line(sentence(study, "P02"), study.goals.first().text)]
    import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    report = import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    assert (report.imported, report.present, Dialogue.objects.count()) == (0, 1, 1)


def test_the_kth_line_with_a_shared_sentence_is_taken_for_the_kth_persona_that_has_it(study):
    assert sentence(study, "P01") == sentence(study, "P04")
    goal = study.goals.first().text
    shared = sentence(study, "P01")
    records = [line(shared, goal, utterance="One?"), line(shared, goal, utterance="Two?")]

    import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")

    said = {d.persona.code: d.turns.get().utterance for d in Dialogue.objects.all()}
    assert said == {"P01": "One?", "P04": "Two?"}


def test_a_line_more_than_there_are_personas_is_reported_and_not_merged(study):
    goal = study.goals.first().text
    records = [line(sentence(study, "P02"), goal, utterance=text) for text in ("One?", "Two?")]
    report = import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    assert report.imported == 1
    assert report.unplaced == (
        "Line 2: only 1 personas have this sentence, and earlier lines already used them for this goal.",
    )


def test_our_persona_id_decides_where_the_sentence_cannot(study):
    records = [line(sentence(study, "P01"), study.goals.first().text, persona_id="P04")]
    import_dialogues(study, records, inquirer="vicuna", source="x.jsonl")
    assert Dialogue.objects.get().persona.code == "P04"


def test_another_text_in_the_same_place_is_reported_and_the_first_one_stays(study):
    goal = study.goals.first().text
    for text in ("One?", "Two?"):
        records = [line(sentence(study, "P02"), goal, utterance=text)]
        report = import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    assert "already has another dialogue" in report.unplaced[0]
    assert Dialogue.objects.get().turns.get().utterance == "One?"


def test_the_official_one_line_wording_of_goal_four_finds_its_goal():
    study = make_study(goal_count=4)
    official = json.loads(Path("tests/data/goals.json").read_text("utf-8"))["goals"][3]["text_as_simulated_officially"]
    import_dialogues(study, [line(sentence(study, "P01"), official)], inquirer="m", source="73.jsonl")
    assert Dialogue.objects.get().goal.number == 4


def test_an_unknown_goal_or_persona_is_reported(study):
    records = [line("a Martian", study.goals.first().text), line(sentence(study, "P01"), "Fly.")]
    report = import_dialogues(study, records, inquirer="vicuna", source="73.jsonl")
    assert report.unplaced == (
        "Line 1: no persona of the study has this sentence.",
        "Line 2: the study has no goal with this instruction.",
    )


def test_peoples_dialogues_are_natural_and_end_as_in_the_paper(study):
    records = [line(sentence(study, "P01"), study.goals.first().text)]
    import_dialogues(study, records, inquirer=None, source="natural.jsonl")
    assert Dialogue.objects.filter(kind="natural", ending="next_goal", simulation=None).count() == 1


def test_the_lines_after_a_broken_one_keep_their_personas_and_it_gets_its_own_once_it_is_mended(study):
    shared, goal = sentence(study, "P01"), study.goals.first().text
    one, two = (line(shared, goal, utterance=text) for text in ("One?", "Two?"))
    report = import_dialogues(study, [one[:-9], two], inquirer="vicuna", source="73.jsonl")
    assert (report.imported, len(report.unplaced)) == (1, 1)
    assert Dialogue.objects.get().persona.code == "P04"
    report = import_dialogues(study, [one, two], inquirer="vicuna", source="73.jsonl")
    assert (report.imported, report.present, report.unplaced) == (1, 1, ())
    assert {each.persona.code: each.turns.get().utterance for each in Dialogue.objects.all()} == {
        "P01": "One?",
        "P04": "Two?",
    }


def test_names_that_read_alike_are_the_same_persona_goal_and_model(study):
    known: dict[str, Any] = {"persona_id": "P\u200b02", "inquirer": {"model": "gpt\u20114"}}
    spaced = study.goals.first().text.replace(" ", "\u00a0")
    report = import_dialogues(study, [line("x", spaced, **known)], inquirer="gpt-4\ufeff", source="73.jsonl")
    assert report.unplaced == ()
    assert (Run.objects.get().inquirer, Dialogue.objects.get().inquirer) == ("gpt-4", {"model": "gpt-4"})


@pytest.mark.django_db(transaction=True)
def test_an_import_that_broke_off_goes_on_where_it_was(study, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE", 0)
    goal = study.goals.first().text
    lines = [line(sentence(study, code), goal, utterance=code) for code in ("P01", "P02", "P03")]

    def killed():
        yield from lines[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_dialogues(study, killed(), inquirer="vicuna", source="73.jsonl")
    assert Dialogue.objects.count() == 2
    study.refresh_from_db()
    assert study.is_frozen
    report = import_dialogues(study, lines, inquirer="vicuna", source="73.jsonl")
    assert (report.imported, report.present, Dialogue.objects.count()) == (1, 2, 3)


def test_a_file_without_a_single_dialogue_of_the_study_does_not_freeze_it(study):
    report = import_dialogues(study, ["{}", line("a Martian", "Fly.")], inquirer="vicuna", source="73.jsonl")
    study.refresh_from_db()
    assert (len(report.unplaced), study.is_frozen) == (2, False)


@pytest.mark.parametrize(
    ("inquirer", "ours", "reason"),
    [
        (None, {"kind": "simulated"}, "this dialogue is simulated, not natural. Import it with --inquirer."),
        ("tiny", {"kind": "natural"}, "this dialogue is natural, not simulated. Import it with --natural."),
        (
            None,
            {"inquirer": {"model": "tiny"}},
            "the inquirer is the model 'tiny', not a person. Import it with --inquirer.",
        ),
        ("tiny", {"inquirer": {}}, "the inquirer is a person, not the model 'tiny'. Import it with --natural."),
        (
            "tiny",
            {"inquirer": {"model": "vicuna"}},
            "the inquirer is the model 'vicuna', not the model 'tiny'. Change --inquirer.",
        ),
        ("tiny", {"ended_at": None}, "this dialogue has not ended. Export it again when it has."),
    ],
)
def test_a_line_that_says_otherwise_of_itself_is_reported_and_not_imported(study, inquirer, ours, reason):
    persona, goal = sentence(study, "P02"), study.goals.first().text
    records = [line(persona, goal, utterance="Another?", **ours), line(persona, goal)]
    report = import_dialogues(study, records, inquirer=inquirer, source="export.jsonl")
    assert report.unplaced == (f"Line 1: {reason}",)
    assert Dialogue.objects.get().turns.get().utterance == "Hi?"


def test_of_an_export_with_people_and_models_each_import_takes_its_own(study):
    make_dialogue(make_run(study).simulations.all()[0])
    persons = [line(sentence(study, "P02"), study.goals.first().text)]
    import_dialogues(study, persons, inquirer=None, source="natural.jsonl")
    mixed = list(export_dialogues(study))
    elsewhere = make_study("elsewhere", persona_count=4)
    for inquirer in (None, "tiny"):
        report = import_dialogues(elsewhere, mixed, inquirer=inquirer, source="mixed.jsonl")
        assert (report.imported, len(report.unplaced)) == (1, 1)
    assert sorted(elsewhere.dialogues.values_list("kind", flat=True)) == ["natural", "simulated"]
