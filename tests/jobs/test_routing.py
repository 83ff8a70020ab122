"""Routing of jobs to workers."""

import pytest
from pytest_django import Settings

from analysis.models import PowerEstimate
from jobs.models import Job
from jobs.routing import COMPUTING, EVERYTHING, Service, all_queues, missing_worker, queues_for
from simulation.cells import CELLS
from simulation.models import Run
from tests.factories import make_run, make_study

pytestmark = pytest.mark.django_db
MODELS = """
[models."llama 2"]
backend = "scripted"
replies = ["Hm."]
[models.mixtral]
backend = "scripted"
replies = ["Hm."]
[models.gpt-4]
backend = "openai"
model = "gpt-4"
[models.gpt-5]
backend = "openai"
model = "gpt-5"
"""


@pytest.fixture(autouse=True)
def models(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MODELS_FILE = tmp_path_factory.mktemp("models") / "models.toml"
    settings.MODELS_FILE.write_text(MODELS)


def serving(*queues: str) -> Service:
    return Service(frozenset(queues))


def queued_run(inquirer: str, responder: str) -> Run:
    study = make_study(f"{inquirer}-{responder}".replace(" ", ""), goal_count=1, persona_count=1)
    return make_run(study, inquirer=inquirer, responder=responder, state=Run.State.RUNNING, is_queued=True)


def test_every_local_model_has_a_queue_and_api_models_share_one() -> None:
    assert all_queues() == ["celery", "api", "computing", "model.llama%202", "model.mixtral"]
    assert queues_for(Run(inquirer="llama 2", responder="mixtral")) == ["model.llama%202", "model.mixtral"]
    assert queues_for(Run(inquirer="gpt-4", responder="gpt-5")) == ["api"]
    assert queues_for(Run(inquirer="mixtral", responder="mixtral")) == ["model.mixtral"]
    assert queues_for(PowerEstimate()) == [COMPUTING]


@pytest.mark.parametrize(
    ("queues", "served"),
    [
        (["model.mixtral"], [("mixtral", "mixtral")]),
        (["model.llama%202", "model.mixtral"], [("mixtral", "mixtral"), ("llama 2", "mixtral")]),
        (["model.mixtral", "api"], [("mixtral", "mixtral"), ("mixtral", "gpt-4")]),
        (["computing"], []),
        (["celery"], [("mixtral", "mixtral"), ("llama 2", "mixtral"), ("mixtral", "gpt-4")]),
    ],
)
def test_a_worker_claims_dialogues_only_if_it_serves_both_speakers(
    queues: list[str], served: list[tuple[str, str]]
) -> None:
    runs = [queued_run(*pair) for pair in [("mixtral", "mixtral"), ("llama 2", "mixtral"), ("mixtral", "gpt-4")]]
    claimed = CELLS.claim(CELLS.queued(serving(*queues)), "w", 99)
    assert {(cell.run.inquirer, cell.run.responder) for cell in claimed} == set(served)
    assert [(run.inquirer, run.responder) for run in runs if serving(*queues).can_serve(run)] == served


@pytest.mark.parametrize(("queues", "count"), [(["computing"], 1), (["celery"], 1), (["model.mixtral", "api"], 0)])
def test_computing_is_for_workers_that_compute(queues: list[str], count: int) -> None:
    PowerEstimate.objects.create(state=Job.State.RUNNING, question={}, code="", fingerprint="")
    assert PowerEstimate.objects.filter(**serving(*queues).lookups(PowerEstimate)).count() == count
    assert serving(*queues).can_serve(PowerEstimate()) == bool(count)


@pytest.mark.parametrize(
    ("queues", "job", "sentence"),
    [
        (
            [],
            Run(inquirer="mixtral", responder="mixtral"),
            "No worker serves mixtral: start one with “python manage.py worker --models mixtral”.",
        ),
        (
            ["model.llama%202"],
            Run(inquirer="llama 2", responder="mixtral"),
            "No worker serves mixtral: start one with “python manage.py worker --models llama 2,mixtral”.",
        ),
        (
            ["model.mixtral", "api"],
            Run(inquirer="mixtral", responder="gpt-4"),
            "",
        ),
        (
            ["model.mixtral"],
            PowerEstimate(),
            "No worker serves computing: start one with “python manage.py worker --computing”.",
        ),
        (["celery"], PowerEstimate(), ""),
    ],
)
def test_a_sentence_says_which_worker_is_missing(queues: list[str], job: Job, sentence: str) -> None:
    assert (
        missing_worker(job, [serving(queue) for queue in queues] if len(queues) < 2 else [serving(*queues)]) == sentence
    )


def test_two_workers_with_one_model_each_cannot_serve_a_job_that_needs_both() -> None:
    run = Run(inquirer="llama 2", responder="mixtral")
    apart = [serving("model.llama%202"), serving("model.mixtral")]
    assert missing_worker(run, apart).startswith("No worker serves llama 2 and mixtral together: start one with")
    assert missing_worker(run, [*apart, EVERYTHING]) == ""
