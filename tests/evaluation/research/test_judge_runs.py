"""Researchers let models judge beside people, and see how both judged."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from evaluation.models import Evaluation, JudgeRun, ModelJudgement
from jobs.heartbeats import record_heartbeat
from jobs.routing import Service
from tests.evaluation.factories import make_evaluation
from tests.installation import BASE_DIR, MODELS_FILE

pytestmark = pytest.mark.django_db
PAGE = "/studies/demo/evaluations/1/"
JUDGE_RUNS = f"{PAGE}judge-runs/"


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = Path(MODELS_FILE)


@pytest.fixture
def evaluation() -> Evaluation:
    return make_evaluation()


def read(client: Client, address: str = PAGE) -> str:
    return " ".join(client.get(address).text.split())


def ask(client: Client, model: str = "answerer") -> str:
    return client.post(JUDGE_RUNS, {"ask": "yes", "model": model}, follow=True).text


def answer(judge_run: JudgeRun, *, detected: bool) -> None:
    """The model has judged every pair in both orders."""
    for judgement in judge_run.judgements.all():
        judgement.choice = "second" if judgement.is_natural_first is detected else "first"
        judgement.confidence, judgement.utterance_number, judgement.finished_at = "confident", 1, timezone.now()
        judgement.save()


def test_every_configured_model_can_be_asked_to_judge(client: Client, evaluation: Evaluation) -> None:
    page = read(client)
    assert "No model judges yet. Any model" in page
    assert page.count('type="radio" name="model"') == 3
    assert "answerer starts judging as soon as a worker is free." in ask(client)
    judge_run = JudgeRun.objects.get()
    assert (judge_run.model, judge_run.state, judge_run.is_queued) == ("answerer", "running", True)
    assert ModelJudgement.objects.count() == 16
    assert '<span class="count">0 of 16</span>' in read(client)


def test_a_guard_is_not_offered_as_a_judge(client: Client, evaluation: Evaluation, settings: Settings) -> None:
    settings.MODELS_FILE = BASE_DIR / "tests" / "data" / "guard_models.toml"
    page = read(client)
    assert 'value="asker"' in page and 'value="strict"' not in page


def test_a_judge_run_that_no_worker_serves_says_which_one_to_start(client: Client, evaluation: Evaluation) -> None:
    ask(client)
    JudgeRun.objects.update(started_at=None)
    sentence = "No worker serves answerer: start one with “python manage.py worker --models answerer”."
    assert sentence in read(client)
    record_heartbeat("w", Service(frozenset({"model.answerer"})), "")
    assert sentence not in read(client)


def test_a_judge_run_is_paused_and_goes_on(client: Client, evaluation: Evaluation) -> None:
    ask(client)
    token = JudgeRun.objects.get().token
    for action, state in (("pause", "paused"), ("start", "running")):
        client.post(JUDGE_RUNS, {action: token})
        assert JudgeRun.objects.get().state == state


def test_a_judge_run_whose_terminal_is_gone_says_so_and_can_be_handed_to_the_workers(
    client: Client, evaluation: Evaluation
) -> None:
    ask(client)
    JudgeRun.objects.update(is_queued=False, started_at=timezone.now() - timedelta(hours=1))
    judgements = ModelJudgement.objects
    for worker in ("w", ""):
        judgements.update(worker=worker, leased_until=timezone.now() + timedelta(seconds=30))
        assert "its terminal was closed" not in read(client)
    judgements.update(worker="w", leased_until=timezone.now() - timedelta(seconds=1))
    page = read(client)
    assert '<span class="state paused">stopped: its terminal was closed</span>' in page
    assert "Hand run over to workers" in page
    assert "Pause model judging" not in page
    client.post(JUDGE_RUNS, {"start": JudgeRun.objects.get().token})
    page = read(client)
    assert '<span class="state running">running</span>' in page
    assert "its terminal was closed" not in page
    assert JudgeRun.objects.get().is_queued


@pytest.mark.parametrize("sent", [{"ask": "yes", "model": "nobody"}, {"pause": "nothing"}, {"ask": "yes"}, {}])
def test_what_cannot_be_is_said_and_changes_nothing(
    client: Client, evaluation: Evaluation, sent: dict[str, str]
) -> None:
    answered = client.post(JUDGE_RUNS, sent, follow=True)
    assert answered.status_code == 200
    assert 'class="notice error"' in answered.text
    assert not JudgeRun.objects.exists()


def test_a_model_that_has_judged_everything_is_not_said_to_start(client: Client, evaluation: Evaluation) -> None:
    ask(client)
    answer(JudgeRun.objects.get(), detected=True)
    page = ask(client)
    assert "answerer has no pairs left to judge." in page
    assert "starts judging" not in page
    assert JudgeRun.objects.get().state == "finished"


def test_a_judge_run_of_another_evaluation_cannot_be_reached_from_here(client: Client, evaluation: Evaluation) -> None:
    ask(client)
    make_evaluation(evaluation.study)
    client.post("/studies/demo/evaluations/2/judge-runs/", {"pause": JudgeRun.objects.get().token})
    assert JudgeRun.objects.get().state == "running"


def test_progress_of_a_judge_run_is_updated_live_and_its_rates_are_not(client: Client, evaluation: Evaluation) -> None:
    ask(client)
    seen = client.get(f"{PAGE}live/").text.split('"seen": "')[1].split('"')[0]
    answer(JudgeRun.objects.get(), detected=True)
    news = client.get(f"{PAGE}live/", {"seen": seen}).text
    assert "16 of 16" in news
    assert "0.0%" not in news + read(client)


def test_rates_of_models_stand_beside_peoples(client: Client, evaluation: Evaluation) -> None:
    ask(client)
    judge_run = JudgeRun.objects.get()
    answer(judge_run, detected=True)
    judge_run.judgements.filter(pair__model="mixtral", is_natural_first=True).update(choice="")
    page = read(client, f"{PAGE}rates/")
    assert "Model judge answerer" in page
    cells = '<td class="number">{}</td>'
    both = '<td class="number">{} <span class="quiet">of {}</span></td>'
    assert f"{cells.format(8)} {cells.format(8)} {both.format('100.0%', 4)} {cells.format(0)}" in page
    assert f"{cells.format(4)} {cells.format(4)} {cells.format('–')} {cells.format(4)}" in page
