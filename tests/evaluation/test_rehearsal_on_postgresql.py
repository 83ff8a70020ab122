"""The rehearsal, and a model that judges it, on PostgreSQL."""

import json
from pathlib import Path

import pytest

from tests.evaluation.judges.scripts import MODELS_FILE
from tests.installation import Installation

pytestmark = pytest.mark.postgresql

JUDGE = """
import json
from collections import Counter
from asgiref.sync import async_to_sync
from django.conf import settings
from dialogue.backends import registry
from evaluation.judges import judge_runs
from evaluation.judges.workers import Judge
from evaluation.models import Evaluation, Judgement, ModelJudgement

judge_run = judge_runs.request_judge_run(Evaluation.objects.get(number=1), "stumbler")
judge_run.judgements.exclude(pk__in=judge_run.judgements.values("pk")[:40]).delete()
judge_runs.MODEL_JUDGEMENTS.start(judge_run)
async_to_sync(Judge(settings.MODELS_FILE, registry.open_model).work_off)(judge_run.judgements.all())
judge_run.refresh_from_db()
print(json.dumps({
    "state": judge_run.state,
    "choices": Counter(ModelJudgement.objects.values_list("choice", flat=True)),
    "judgements": Judgement.objects.counted().count(),
}))
"""


def test_it_is_loaded_and_judged_on_postgresql(tmp_path: Path, postgresql_url: str) -> None:
    site = Installation(tmp_path / "var", {"DATABASE_URL": postgresql_url, "MODELS_FILE": str(MODELS_FILE)})
    site.migrate()
    first, second = site.manage("load_rehearsal"), site.manage("load_rehearsal")
    assert first.stdout == second.stdout
    assert json.loads(site.evaluate(JUDGE)) == {"state": "finished", "choices": {"first": 40}, "judgements": 800}
