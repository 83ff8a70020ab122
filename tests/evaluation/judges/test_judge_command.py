"""``manage.py judge``, Celery's task, and the embedded model as a judge."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from evaluation.judges import tasks
from evaluation.models import Evaluation, JudgeRun, ModelJudgement
from tests.embedded_model import write_models
from tests.evaluation.factories import make_evaluation, make_judged_study
from tests.evaluation.judges.scripts import MODELS_FILE, SECOND
from tests.factories import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def judging_models(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def judge(*options: str, model: str = "arbiter", study: str = "demo") -> str:
    """What the command writes to stdout."""
    out = StringIO()
    call_command("judge", study, "--model", model, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def refusal(*options: str, **fields: str) -> str:
    """The one sentence with which the command refuses to work, with exit status 2."""
    with pytest.raises(CommandError) as caught:
        judge(*options, **fields)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_it_judges_everything_and_prints_a_row_for_each_inquirer() -> None:
    make_evaluation()
    assert judge() == (
        "arbiter: 16 judgements\n"
        "  gpt-4                   detected in 4 of 8, unanswered 0, same answer in both orders 0 of 4\n"
        "  mixtral                 detected in 4 of 8, unanswered 0, same answer in both orders 0 of 4\n"
    )


def test_the_same_command_again_asks_no_model() -> None:
    make_evaluation()
    first = judge("--json")
    before = list(ModelJudgement.objects.values_list("pk", "finished_at"))
    assert judge("--json") == first
    assert list(ModelJudgement.objects.values_list("pk", "finished_at")) == before
    assert json.loads(first)["models"]["gpt-4"]["detected"] == 4


def test_a_model_that_needs_to_be_asked_again_is_and_one_that_never_answers_is_unanswered() -> None:
    make_evaluation()
    assert json.loads(judge("--json", model="stumbler"))["models"]["gpt-4"]["unanswered"] == 0
    assert json.loads(judge("--json", model="mumbler"))["models"]["gpt-4"]["unanswered"] == 8


def test_the_latest_evaluation_that_was_opened_is_judged_and_said_unless_another_is_named() -> None:
    first = make_evaluation(state=Evaluation.State.CLOSED)
    second = make_evaluation(first.study)
    make_evaluation(first.study, state=Evaluation.State.PLANNED)
    call_command("judge", "demo", "--model", "arbiter", stdout=StringIO(), stderr=(said := StringIO()))
    assert JudgeRun.objects.get().evaluation == second
    assert said.getvalue().startswith("Using evaluation 2, the latest of 3.")
    judge("--evaluation", "1")
    assert first.judge_runs.get().state == JudgeRun.State.FINISHED


@pytest.mark.parametrize(
    ("options", "fields", "sentence"),
    [
        ([], {"study": "nowhere"}, "There is no study 'nowhere'"),
        ([], {"model": "nobody"}, "There is no model 'nobody'"),
        (["--evaluation", "7"], {}, "has no evaluation 7. Choose from 1."),
        (["--concurrency", "0"], {}, "--concurrency must be at least 1."),
        (["--queue", "--json"], {}, "Omit --json"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    options: list[str], fields: dict[str, str], sentence: str
) -> None:
    make_evaluation()
    assert sentence in refusal(*options, **fields)
    assert not JudgeRun.objects.exists()


def test_without_an_opened_evaluation_there_is_nothing_to_judge() -> None:
    study = make_study()
    assert refusal() == "Study 'demo' has no evaluations. Plan one on its page."
    make_evaluation(study, state=Evaluation.State.PLANNED)
    assert "There is nothing to judge yet" in refusal()


def test_the_embedded_model_sits_whatever_it_puts_out(settings: Settings, tmp_path: Path) -> None:
    settings.MODELS_FILE = write_models(tmp_path)
    make_evaluation(make_judged_study(people=1, goals=1, models=("mixtral",)))
    told = json.loads(judge("--json", model="tiny"))
    assert told["verdicts"] == 2
    assert sum(one["verdicts"] + one["unanswered"] for one in told["models"].values()) == 2
    assert not ModelJudgement.objects.filter(problem="", choice="").exists()
    assert all(judgement.outputs or judgement.problem for judgement in ModelJudgement.objects.all())


@pytest.mark.django_db(transaction=True)
def test_a_queued_judge_run_is_worked_off_by_the_workers_task() -> None:
    make_evaluation()
    judge("--queue")
    assert JudgeRun.objects.get().is_queued
    tasks.judge()
    assert (JudgeRun.objects.get().state, JudgeRun.objects.get().is_queued) == (JudgeRun.State.FINISHED, False)
    assert ModelJudgement.objects.filter(outputs=[SECOND]).count() == 16


def test_queue_says_which_worker_to_start() -> None:
    make_evaluation()
    told = StringIO()
    call_command("judge", "demo", "--model", "arbiter", "--queue", stderr=told)
    assert "No worker serves arbiter: start one with “python manage.py worker --models arbiter”." in told.getvalue()
