"""Participants' personas played by a model, in addition to their own dialogues."""

import json

import pytest

from simulation.imports import import_dialogues
from simulation.models import Run
from simulation.statistics import summarise
from studies.files.exports import export_dialogues
from studies.models import Dialogue, Study
from tests.collection.factories import make_natural_dialogue, make_participant, make_pending_turn
from tests.simulation.commanding import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def study() -> Study:
    """Return a study with two participants who chat, one of them now, and two others without a persona."""
    study = Study.objects.get()
    make_natural_dialogue(make_participant(study, state="finished"), turns=5, ending="next_goal")
    make_pending_turn(make_natural_dialogue(make_participant(study)))
    make_participant(study, answers=None, state="screened_out")
    make_participant(study, answers=None, state="enrolled")
    return study


def test_a_run_plays_the_personas_that_participants_brought(study: Study) -> None:
    found = figures("--personas", "participants")
    simulated = study.dialogues.filter(kind=Dialogue.Kind.SIMULATED)
    assert sorted(simulated.values_list("persona__code", "goal__number")) == [
        ("p-001", 1),
        ("p-001", 2),
        ("p-002", 1),
        ("p-002", 2),
    ]
    assert (found["dialogues"], found["turns_mean"], found["turns_sd"]) == (4, 2, 0)


def test_participants_messages_do_not_count_in_a_runs_statistics(study: Study) -> None:
    figures()
    summary = summarise(Run.objects.get().simulations.all())
    assert (summary.dialogues, summary.turns_mean, summary.endings) == (8, 2, {"goal_reached": 8})


def test_imports_distinguish_dialogues_of_people_and_models(study: Study) -> None:
    figures("--personas", "participants")
    records = list(export_dialogues(study))
    natural = import_dialogues(study, records, inquirer=None, source="all.jsonl")
    assert (natural.imported, natural.present, len(natural.unplaced)) == (0, 1, 4)
    assert study.dialogues.filter(kind=Dialogue.Kind.NATURAL).count() == 2


def test_simulated_dialogues_of_participants_personas_can_be_imported(study: Study) -> None:
    figures("--personas", "participants")
    lines = list(export_dialogues(study, "simulated"))
    Run.objects.all()[0].simulations.all().delete()
    study.dialogues.filter(kind=Dialogue.Kind.SIMULATED).delete()
    report = import_dialogues(study, list(lines), inquirer="asker", source="simulated.jsonl")
    assert (report.imported, report.unplaced) == (4, ())
    assert {json.loads(line)["persona_id"] for line in export_dialogues(study, "simulated")} == {"p-001", "p-002"}
