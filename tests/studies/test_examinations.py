"""Workers examine models, and the reports are stored."""

from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from pytest_django import Settings

from dialogue.backends.scripted import ScriptedModel
from dialogue.model_config import ModelSpec
from jobs.heartbeats import record_heartbeat, serving_workers
from jobs.routing import Service
from studies.language_models.examinations import (
    EXAMINATIONS,
    ExaminationWorker,
    cancel_examination,
    request_examination,
)
from studies.models import Examination
from tests.studies.test_doctor_command import TALKER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def models_file(tmp_path: Path, settings: Settings) -> Path:
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    file.write_text(TALKER)
    return file


def open_script(spec: ModelSpec) -> ScriptedModel:
    return ScriptedModel(spec.replies)


def work_off() -> None:
    worker = ExaminationWorker(open_model=open_script, tick=0.02)
    async_to_sync(worker.work_off)(EXAMINATIONS.queued())


def test_a_worker_examines_a_model_and_stores_the_report():
    requested = request_examination("talker")
    assert requested.models_needed == ("talker",)
    work_off()
    requested.refresh_from_db()
    assert (requested.state, requested.step) == (Examination.State.FINISHED, "")
    assert requested.report["advice"]["prompts"] == "plain"


def test_a_model_has_one_examination_in_progress_and_keeps_the_latest():
    first = request_examination("talker")
    assert request_examination("talker").pk == first.pk
    work_off()
    second = request_examination("talker")
    work_off()
    assert [each.pk for each in Examination.objects.all()] == [second.pk]


def test_a_model_that_fails_gives_its_reason_at_once(models_file: Path):
    models_file.write_text(TALKER.replace(', "What do they eat?"', ""))
    requested = request_examination("talker")
    work_off()
    requested.refresh_from_db()
    assert (requested.state, requested.has_failed) == (Examination.State.PAUSED, True)
    assert "has no reply number 2" in requested.message


def test_a_model_that_has_left_the_models_file_gives_its_reason(models_file: Path):
    requested = request_examination("talker")
    models_file.write_text(TALKER.replace("talker", "walker"))
    work_off()
    requested.refresh_from_db()
    assert "There is no model 'talker'" in requested.message


def test_a_cancelled_examination_is_not_played():
    requested = request_examination("talker")
    cancel_examination("talker")
    work_off()
    requested.refresh_from_db()
    assert (requested.state, requested.report) == (Examination.State.CANCELLED, {})


def test_the_workers_that_may_use_a_model_are_known():
    record_heartbeat("ann:1:x", Service(frozenset({"model.talker"})))
    record_heartbeat("bob:2:x", Service(frozenset({"model.walker", "computing"})))
    record_heartbeat("cat:3:x", Service(frozenset({"celery"})))
    assert [worker.name for worker in serving_workers("talker")] == ["ann:1:x", "cat:3:x"]
