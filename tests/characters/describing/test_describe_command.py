"""``manage.py characters describe``."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from characters import tasks
from characters.models import Character, Description
from tests.factories import make_character
from tests.installation import MODELS_FILE

pytestmark = pytest.mark.django_db
SAID = "A bear is a large animal that likes honey."


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def describe(*options: str, name="Coriolanus", model="answerer") -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("characters", "describe", name, "--model", model, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_describes_the_character_and_prints_the_answers() -> None:
    make_character(rounds=0, description="")
    found = json.loads(describe("--json")[0])
    assert (found["description"], found["is_used"], len(found["audit"])) == (SAID, True, 5)
    assert Character.objects.get().description == SAID
    said, _ = describe()
    assert "Who is Coriolanus?" in said
    assert f"Description: {SAID}" in said
    assert "Not audited yet" in said


def test_a_description_by_a_person_stays() -> None:
    make_character(rounds=0)
    assert "The character keeps its other description." in describe()[0]
    assert Character.objects.get().described_by == "made-up"


def test_with_queue_the_workers_do_it() -> None:
    make_character(rounds=0, description="")
    _, err = describe("--queue")
    assert "Queued: 7 questions." in err
    assert "worker" in err
    tasks.describe()
    assert Description.objects.get().state == Description.State.FINISHED


def test_what_cannot_be_done_is_refused_in_one_sentence() -> None:
    with pytest.raises(CommandError, match="There is no character 'Hamlet'"):
        describe(name="Hamlet")
    make_character(rounds=0)
    with pytest.raises(CommandError, match="There is no model 'nobody'"):
        describe(model="nobody")
    with pytest.raises(CommandError, match="Omit --json"):
        describe("--queue", "--json")
