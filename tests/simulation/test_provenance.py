"""What a run stores about the software that made it, and that none of it changes the run's identity."""

from pathlib import Path

import pytest
from django.test import Client

import dialogue.prompts
import studies.language_models.provenance as versions
from dialogue.code_version import code_version
from simulation import services
from simulation.models import Run
from simulation.provenance import changes, determinism, read_provenance
from simulation.requests import RunRequest
from studies.models import Study
from tests.factories import make_run, make_staff, make_study
from tests.simulation.scripts import MODELS_FILE, make_worker, request_run, scripts, started_run, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return make_study()


@pytest.fixture
def other_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Update every library, the prompt sets and this software."""
    monkeypatch.setattr(versions, "version", lambda _: "99.0")
    monkeypatch.setattr("studies.language_models.provenance.digest", lambda _: "another")
    monkeypatch.setattr("simulation.provenance.code_version", lambda: "99.0, dialogue 0")


def api_models(tmp_path: Path) -> Path:
    """Return a models file whose inquirer is behind an API."""
    text = MODELS_FILE.read_text("utf-8")
    served = '[models.asker]\nbackend = "openai"\nmodel = "gpt"\n'
    file = tmp_path / "models.toml"
    file.write_text(served + text[text.index("[models.asker.inquirer]") :], "utf-8")
    return file


def test_a_run_stores_the_software_the_seed_rule_and_how_each_speakers_words_arise(study: Study) -> None:
    stored = request_run(study).provenance
    assert stored["software"] == code_version()
    assert stored["seed_rule"] == {"name": "sampler_seed", "version": 1}
    assert stored["inquirer"] == {
        "determinism": "exact",
        "reason": "The replies are a script.",
        "batching": "each request separately",
        "libraries": {},
        "prompts": {"name": "llama-2", "version": dialogue.prompts.digest(dialogue.prompts.load("llama-2"))},
        "template": {"source": "none", "version": ""},
    }
    assert stored["responder"]["prompts"]["name"] == "llama-2-responder"


def test_a_local_models_template_and_library_are_stored(study: Study) -> None:
    file = Path(__file__).parents[2] / "models.toml"
    run = services.request_run(study, RunRequest("tiny", "tiny"), file)
    stored = run.provenance["inquirer"]
    assert stored["template"]["source"] == "the model's file"
    assert len(stored["template"]["version"]) == 12
    assert stored["libraries"].keys() == {"llama-cpp-python"}
    assert determinism(run.provenance) == "exact"


def test_the_label_of_a_run_is_that_of_its_weaker_speaker(study: Study, tmp_path: Path) -> None:
    stored = request_run(study, models_file=api_models(tmp_path)).provenance
    assert stored["inquirer"]["libraries"].keys() == {"openai"}
    assert determinism(stored) == "none"


def test_updated_libraries_and_software_find_the_same_run_and_leave_what_it_stored(
    study: Study, request: pytest.FixtureRequest
) -> None:
    run = request_run(study)
    request.getfixturevalue("other_versions")
    again = request_run(study, seeds=(73, 321))
    assert again == run
    assert again.provenance == run.provenance


def test_a_worker_stores_once_what_it_plays_a_run_with(study: Study) -> None:
    run = started_run(study)
    work_off(run, make_worker(name="first", concurrency=3))
    stored = run.environments.get()
    assert (stored.worker, stored.content["concurrency"]) == ("first", 3)
    assert stored.content["inquirer"]["slots"] is None
    assert stored.content["python"].startswith("3.")
    assert changes(run.provenance, stored.content) == []


def test_a_worker_with_the_same_software_adds_nothing(study: Study) -> None:
    for seed in (73, 321):
        work_off(started_run(study, seeds=(seed,)), make_worker(name=f"worker-{seed}"))
    assert Run.objects.get().environments.get().worker == "worker-73"


def test_a_worker_with_other_software_is_stored_with_what_changed(study: Study, request: pytest.FixtureRequest) -> None:
    work_off(started_run(study), make_worker(name="first"))
    request.getfixturevalue("other_versions")
    run = work_off(started_run(study, seeds=(321,)), make_worker(name="second"))
    second = run.environments.get(worker="second")
    assert changes(run.provenance, second.content) == [
        "software",
        "prompt set of the inquirer",
        "prompt set of the responder",
    ]


def test_a_worker_with_a_weaker_label_weakens_the_runs(study: Study) -> None:
    run = request_run(study)
    assert read_provenance(run).determinism == "exact"
    on_a_gpu = run.provenance | {"responder": run.provenance["responder"] | {"determinism": "same batch only"}}
    services.record_environment(run, on_a_gpu, "gpu")
    found = read_provenance(run)
    assert found.determinism == "same batch only"
    assert found.meaning.startswith("The same dialogue results only if the same requests are answered together")
    assert found.environments[0].changes == ["determinism of the responder"]


def page_of(run: Run) -> str:
    client = Client()
    client.force_login(make_staff())
    return " ".join(client.get(f"/runs/{run.token}/").text.split())


def test_the_page_shows_the_label_with_its_meaning_and_every_workers_software(study: Study) -> None:
    run = work_off(started_run(study), make_worker(scripts(), name="first"))
    page = page_of(run)
    assert "Determinism: <strong>exact</strong>. The same model, settings and seed give the same dialogue" in page
    assert '<th scope="row">first</th>' in page
    assert "<td>nothing</td>" in page


def test_the_page_says_that_no_worker_has_played_a_run_yet(study: Study) -> None:
    assert "No worker has played this run yet." in page_of(request_run(study))


def test_the_page_of_a_run_without_stored_provenance_leaves_it_out() -> None:
    page = page_of(make_run())
    assert "Provenance" not in page
