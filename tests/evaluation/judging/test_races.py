"""Two tabs, or twelve: one judgement, whatever comes at the same moment, on either database."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.installation import Installation
from tests.services.postgresql import Server

SETUP = """
import json
from functools import partial
from django.db import transaction
from django.utils import timezone
from evaluation.answers import Answer
from evaluation.judging.clocks import Clocks
from evaluation.judging.refusals import Refused
from evaluation.judging.submissions import save_draft, submit
from studies.models import Study
from evaluation.models import Evaluation, Revision
from evaluation.planning.opening import close_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study, presentations_of
from tests import racing

TABS = 12
with transaction.atomic():
    evaluator = make_evaluator(make_evaluation(make_judged_study(f"race-{Study.objects.count()}")))
presentation = presentations_of(evaluator)[0]
at_once = partial(racing.at_once, items=range(TABS), refusal=Refused)

def say(number, key):
    choice = ("first", "second", "not_sure")[number % 3]
    return submit(presentation, Answer(choice, "confident", 1), key, Clocks(), timezone.now()).choice

def tell(answers):
    judgement = evaluator.judgements.get()
    trail = Revision.objects.filter(judgement=judgement)
    print(json.dumps({
        "answers": sorted(set(answers)), "stored": judgement.choice, "is_submitted": judgement.submitted_at is not None,
        "submissions": trail.filter(is_submitted=True).count(),
        "numbers": list(trail.values_list("number", flat=True)),
        "state": Evaluation.objects.get(pk=evaluator.evaluation_id).state,
    }))
"""
OWN_KEYS = """
answers = at_once(lambda number: say(number, f"key-{number}"))
assert answers.count("already_judged") == TABS - 1, answers
tell(answers)
"""
ONE_KEY = """
tell(at_once(lambda number: say(number, "key")))
"""
WITH_DRAFTS = """
def work(number):
    if number == 5:
        return say(0, "key")
    answer = Answer(("first", "second")[number % 2])
    return save_draft(presentation, answer, Clocks(), timezone.now()).choice
at_once(work)
tell([])
"""
WITH_CLOSING = """
def work(number):
    return close_evaluation(evaluator.evaluation) if number == 5 else say(0, "key")
tell([str(answer) for answer in at_once(work)])
"""

BESIDE_OTHERS = """
from threading import Event, Thread
from django.db import connection
from evaluation.planning.opening import lock_evaluation
is_held, may_end = Event(), Event()

def wait_while_holding():
    with transaction.atomic():
        lock_evaluation(evaluator.evaluation)
        is_held.set()
        may_end.wait(60)
    connection.close()

holder = Thread(target=wait_while_holding)
holder.start()
is_held.wait(60)
with connection.cursor() as cursor:
    cursor.execute("SET lock_timeout = '20s'")
say(0, "key")
may_end.set()
holder.join()
tell([])
"""


def race(site: Installation, program: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.evaluate(SETUP + program))
    assert found["numbers"] == list(range(1, len(found["numbers"]) + 1))
    return found


def test_a_pair_that_many_tabs_submit_is_judged_once(racing_site: Installation) -> None:
    found = race(racing_site, OWN_KEYS)
    assert (found["is_submitted"], found["submissions"]) == (True, 1)
    assert set(found["answers"]) == {"already_judged", found["stored"]}


def test_an_answer_that_is_sent_again_while_it_is_taken_is_taken_once(racing_site: Installation) -> None:
    found = race(racing_site, ONE_KEY)
    assert (found["is_submitted"], found["submissions"]) == (True, 1)
    assert found["answers"] == [found["stored"]]


def test_drafts_that_come_late_change_no_judgement(racing_site: Installation) -> None:
    found = race(racing_site, WITH_DRAFTS)
    assert (found["is_submitted"], found["submissions"], found["stored"]) == (True, 1, "first")


def test_an_answer_comes_before_closing_or_after(racing_site: Installation) -> None:
    found = race(racing_site, WITH_CLOSING)
    assert (found["state"], found["stored"]) == ("closed", "first")
    assert found["is_submitted"] == ("first" in found["answers"])
    assert found["submissions"] == int(found["is_submitted"])


@pytest.mark.postgresql
def test_an_answer_waits_for_nobody_elses(postgresql_server: Server, tmp_path: Path) -> None:
    site = Installation(tmp_path / "var", {"DATABASE_URL": postgresql_server.create_database()})
    site.migrate()
    found = race(site, BESIDE_OTHERS)
    assert (found["is_submitted"], found["stored"]) == (True, "first")
