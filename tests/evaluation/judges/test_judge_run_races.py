"""A judge run is requested again while workers store its judgements, on either database."""

import json

import pytest

from tests.installation import Installation

RACE = """
import json
from pathlib import Path
from threading import Event
from django.db import transaction
from evaluation.judges.judge_runs import MODEL_JUDGEMENTS, request_judge_run
from evaluation.models import JudgeRun, ModelJudgement
from tests.evaluation.factories import make_evaluation
from tests.racing import at_once

MODELS_FILE = Path("tests/data/judging_models.toml")
evaluation = make_evaluation()
judge_run = request_judge_run(evaluation, "arbiter", MODELS_FILE)
MODEL_JUDGEMENTS.start(judge_run)
[judgement] = MODEL_JUDGEMENTS.claim(judge_run.judgements.all(), "worker", 1)
ModelJudgement.objects.filter(judge_run=judge_run).last().delete()
written, asked = Event(), Event()

def store():
    with transaction.atomic():
        MODEL_JUDGEMENTS.hold(judgement, "worker")
        judgement.save()
        written.set()
        asked.wait(2)
        JudgeRun.objects.select_for_update(no_key=True).get(pk=judge_run.pk)
    return "stored"

def ask():
    written.wait()
    request_judge_run(evaluation, "arbiter", MODELS_FILE)
    asked.set()
    return "asked"

told = at_once(lambda work: work(), (store, ask))
print(json.dumps({"told": told, "judgements": judge_run.judgements.count()}))
"""


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_requesting_again_adds_what_is_missing_and_blocks_no_worker(
    database: str, installation: Installation, request: pytest.FixtureRequest
) -> None:
    if database == "postgresql":
        installation.settings["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    installation.migrate()
    assert json.loads(installation.evaluate(RACE)) == {"told": ["stored", "asked"], "judgements": 16}
