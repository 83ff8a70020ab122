"""The ending of a cell is that of its dialogue, however the dialogue came to be stored."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from pytest_django import Settings

from simulation.extensions import retry_failed
from simulation.imports import import_dialogues
from simulation.models import Run, Simulation
from simulation.progress import tally_runs
from studies.files.records import write_records
from studies.models import Dialogue
from tests.factories import make_dialogue, make_study
from tests.simulation.scripts import MODELS_FILE, one_cell, started_run, work_off

pytestmark = pytest.mark.django_db


def differing() -> int:
    """Return the number of cells whose ending is not that of their dialogue."""
    return Simulation.objects.exclude(ending=F("dialogue__ending")).count()


def test_workers_store_it_with_the_dialogue() -> None:
    run = work_off(started_run())
    assert tally_runs([run])[run.pk].endings == {"goal_reached": 4}
    assert differing() == 0


def test_imported_dialogues_bring_theirs() -> None:
    work_off(started_run())
    records = list(write_records(Dialogue.objects.all()))
    import_dialogues(make_study("other"), records, inquirer="asker", source="x.jsonl")
    imported = Run.objects.get(study__slug="other")
    assert tally_runs([imported])[imported.pk].endings == {"goal_reached": 4}
    assert differing() == 0


def test_a_cell_that_is_tried_again_has_none(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    run = one_cell()
    make_dialogue(run.simulations.get(), ending="model_error")
    assert retry_failed(run) == 1
    assert run.simulations.get().ending == ""
    assert tally_runs([run])[run.pk].endings == {}


def test_the_database_refuses_an_ending_before_the_end() -> None:
    one_cell()
    with pytest.raises(IntegrityError), transaction.atomic():
        Simulation.objects.update(ending="goal_reached")
