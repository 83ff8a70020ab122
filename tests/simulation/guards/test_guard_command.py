"""``manage.py guard``."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from simulation import tasks
from studies.models import GuardCheck, GuardRun, Study
from tests.collection.factories import make_natural_dialogue, make_open_study, make_participant
from tests.factories import make_study
from tests.simulation.guards.scripts import MODELS_FILE, finished_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def guard_models(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def guard(what: str, *options: str, model: str = "strict") -> tuple[str, str]:
    """What the command writes to stdout and to stderr."""
    out, err = StringIO(), StringIO()
    call_command("guard", what, "--model", model, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refusal(what: str, *options: str, **fields: str) -> str:
    with pytest.raises(CommandError) as caught:
        guard(what, *options, **fields)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_it_checks_a_run_and_prints_the_verdicts_with_turns_and_categories() -> None:
    run = finished_run()
    said, _ = guard(run.token)
    lines = said.splitlines()
    assert lines[0] == "strict: 4 dialogues checked, 0 safe, 4 unsafe, 0 unreadable"
    assert lines[1] == "  S10 Hate                        4"
    first = run.simulations.order_by("pk")[0].dialogue
    assert first is not None
    assert lines[3] == f"  {first.token}  response of turn 2: S10 Hate, S2 Non-Violent Crimes"


def test_it_checks_a_study_and_repeated_checks_nothing_again() -> None:
    finished_run()
    first, _ = guard("demo", "--json")
    before = list(GuardCheck.objects.values_list("pk", "finished_at"))
    assert guard("demo", "--json")[0] == first
    assert list(GuardCheck.objects.values_list("pk", "finished_at")) == before
    found: dict[str, Any] = json.loads(first)
    assert (found["checked"], found["unsafe"], found["unreadable"]) == (4, 4, 0)
    assert found["categories"] == {"S10 Hate": 4, "S2 Non-Violent Crimes": 4}


def test_it_says_that_natural_dialogues_are_left_out_unless_the_study_includes_them() -> None:
    study = make_open_study()
    make_natural_dialogue(make_participant(study), ending="next_goal")
    assert "no ended dialogue to check" in refusal(study.slug)
    Study.objects.update(guards_natural=True)
    said, _ = guard(study.slug, "--json")
    assert json.loads(said)["checked"] == 1


def test_what_cannot_be_done_is_refused_in_a_sentence() -> None:
    run = finished_run()
    assert "Model 'asker' is not a guard" in refusal(run.token, model="asker")
    assert "There is no model 'nobody'" in refusal(run.token, model="nobody")
    assert "There is no study 'elsewhere'" in refusal("elsewhere")
    assert "There is no ended dialogue to check yet" in refusal(make_study("empty").slug)
    assert "--concurrency must be at least 1" in refusal(run.token, "--concurrency", "0")
    assert "Omit --json" in refusal(run.token, "--queue", "--json")
    assert not GuardRun.objects.exists()


def test_a_guard_that_fails_twice_ends_the_command_with_its_reason() -> None:
    assert "has no reply number 2" in refusal(finished_run().token, model="broken")
    assert not GuardCheck.objects.exclude(verdict="").exists()


def test_queued_checks_are_made_by_a_worker() -> None:
    run = finished_run()
    said, told = guard(run.token, "--queue")
    assert said == "" and "Queued: 4 dialogues to check." in told
    assert GuardRun.objects.get().is_queued
    tasks.guard()
    assert GuardRun.objects.get().state == GuardRun.State.FINISHED
    assert GuardCheck.objects.filter(verdict="unsafe").count() == 4
