"""A model is asked to judge again while workers store what it says, on either database."""

import json

import pytest

from tests.installation import Installation

RACE = """
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from django.db import connection, transaction
from evaluation.judges.sittings import VERDICTS, request_sitting
from evaluation.models import Sitting, Verdict
from tests.evaluation.factories import make_evaluation

MODELS_FILE = Path("tests/data/judging_models.toml")
evaluation = make_evaluation()
sitting = request_sitting(evaluation, "arbiter", MODELS_FILE)
VERDICTS.start(sitting)
[verdict] = VERDICTS.claim(sitting.verdicts.all(), "worker", 1)
Verdict.objects.filter(sitting=sitting).last().delete()
written, asked = Event(), Event()

def store():
    with transaction.atomic():
        VERDICTS.hold(verdict, "worker").save()
        written.set()
        asked.wait(2)
        Sitting.objects.select_for_update(no_key=True).get(pk=sitting.pk)
    return "stored"

def ask():
    written.wait()
    request_sitting(evaluation, "arbiter", MODELS_FILE)
    asked.set()
    return "asked"

def alone(work):
    try:
        return work()
    except Exception as error:
        return repr(error)
    finally:
        connection.close()

connection.close()
with ThreadPoolExecutor(2) as pool:
    told = list(pool.map(alone, (store, ask)))
print(json.dumps({"told": told, "verdicts": sitting.verdicts.count()}))
"""


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_asking_again_adds_what_is_missing_and_hinders_nobody_who_stores_a_verdict(
    database: str, installation: Installation, request: pytest.FixtureRequest
) -> None:
    if database == "postgresql":
        installation.settings["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    installation.migrate()
    assert json.loads(installation.evaluate(RACE)) == {"told": ["stored", "asked"], "verdicts": 16}
