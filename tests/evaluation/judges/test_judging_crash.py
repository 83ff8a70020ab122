"""A real Celery worker that is killed while a model judges; the broker is a folder."""

from pathlib import Path

import pytest

from tests.evaluation.judges.scripts import MODELS_FILE
from tests.installation import Installation, kill_at_work
from tests.services.binaries import wait_until

MODEL_JUDGEMENTS = 80
AT_ONCE = 16
QUEUE = """
from evaluation.judges.judge_runs import MODEL_JUDGEMENTS, request_judge_run
from tests.evaluation.factories import make_evaluation, make_judged_study
study = make_judged_study(people=4, goals=10, models=("mixtral",))
MODEL_JUDGEMENTS.queue(request_judge_run(make_evaluation(study), "arbiter"))
"""
EXPIRE = """
from django.db.models.functions import Now
from evaluation.models import ModelJudgement
ModelJudgement.objects.exclude(worker="").update(leased_until=Now())
"""
"""Let half a minute pass, after which leases expire."""


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path / "var", {"MODELS_FILE": str(MODELS_FILE)})
    installation.migrate()
    installation.evaluate(QUEUE)
    return installation


@pytest.mark.timeout(600)
@pytest.mark.waits
def test_after_kill_9_a_new_worker_asks_only_about_what_was_in_hand(site: Installation) -> None:
    with site.worker() as worker:
        wait_until(lambda: len(_given(site)) > 10, seconds=60, what="the worker has not begun")
        kill_at_work(worker, lambda: 0 < _held(site) <= AT_ONCE)
    given = _given(site)
    site.evaluate(EXPIRE)
    with site.worker():
        wait_until(
            lambda: len(_given(site)) == MODEL_JUDGEMENTS, seconds=200, what="the new worker has not judged the rest"
        )
    assert given < _given(site)
    wait_until(lambda: site.count("evaluation_sitting WHERE state = 'finished'") == 1, what="the judge run goes on")


def _held(site: Installation) -> int:
    return site.count("evaluation_verdict WHERE worker <> ''")


def _given(site: Installation) -> set[tuple[object, ...]]:
    return set(site.query("SELECT id, finished_at, outputs FROM evaluation_verdict WHERE finished_at IS NOT NULL"))
