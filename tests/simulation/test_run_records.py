"""The runs' file says for every simulated dialogue of an export what made it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F

from dialogue.roleplay import Ended
from simulation.models import Run
from simulation.run_records import export_runs
from simulation.services import record_environment
from simulation.workers import Step
from studies.files.exports import Incomplete, export_dialogues
from studies.models import Study
from tests.factories import make_run, make_study
from tests.simulation.scripts import make_worker, request_run, started_run, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return make_study()


def exported(study: Study) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_runs(study)]


def test_each_exported_dialogue_is_named_by_the_run_that_made_it(study: Study) -> None:
    runs = [work_off(started_run(study, max_turns=turns)) for turns in (3, 4)]
    work_off(started_run(make_study("other")))
    found = exported(study)
    assert [one["run"] for one in found] == [run.token for run in runs]
    named = {token: one["configuration"]["max_turns"] for one in found for token in one["dialogues"]}
    written = [json.loads(line) for line in export_dialogues(study)]
    assert len(written) == len(named) == 8
    stored = study.dialogues.annotate(turns_of=F("simulation__run__configuration__max_turns"))
    assert named == dict(stored.values_list("token", "turns_of"))


def test_a_line_has_what_the_runs_page_shows(study: Study) -> None:
    run = work_off(started_run(study), make_worker(name="first", concurrency=3))
    on_a_gpu = run.provenance | {"responder": run.provenance["responder"] | {"determinism": "same batch only"}}
    record_environment(run, on_a_gpu, "gpu")
    (found,) = exported(study)
    assert (found["study"], found["created_at"]) == (study.slug, run.created_at.isoformat())
    assert (found["configuration"], found["provenance"]) == (run.configuration, run.provenance)
    assert found["determinism"] == "same batch only"
    first, gpu = found["environments"]
    assert (first["worker"], first["content"]["concurrency"], first["changes"]) == ("first", 3, [])
    assert (gpu["worker"], gpu["content"], gpu["changes"]) == ("gpu", on_a_gpu, ["determinism of the responder"])


def test_unfinished_dialogues_are_not_named(study: Study) -> None:
    run = started_run(study)
    done = run.simulations.exclude(finished_at=None)
    steps = list[Step]()

    def has_begun_another() -> bool:
        return any(isinstance(step, Ended) for step in steps[:-1])

    work_off(run, make_worker(on_step=steps.append, should_stop=has_begun_another, concurrency=1))
    (found,) = exported(study)
    assert 0 < done.count() < run.simulations.count()
    assert set(found["dialogues"]) == set(done.values_list("dialogue__token", flat=True))


def test_a_run_without_stored_provenance_has_its_configuration_only() -> None:
    run = make_run()
    (found,) = exported(run.study)
    assert (found["determinism"], found["provenance"], found["environments"]) == (None, {}, [])
    assert found["configuration"] == run.configuration


def test_a_run_that_disappears_meanwhile_is_noticed(study: Study) -> None:
    runs = [request_run(study, max_turns=turns) for turns in (3, 4)]
    lines = export_runs(study)
    next(lines)
    Run.objects.filter(pk=runs[1].pk).delete()
    with pytest.raises(Incomplete):
        list(lines)


def test_the_command_writes_the_file(study: Study, tmp_path: Path) -> None:
    request_run(study)
    file = tmp_path / "runs.jsonl"
    call_command("export_runs", study.slug, out=file)
    assert file.read_text("utf-8") == "".join(export_runs(study))
