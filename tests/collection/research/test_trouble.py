"""Researchers see a failing chatbot, with its backend's error, until it answers again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collection.chat.database import in_database
from collection.models import Participant, Recruitment
from collection.research.trouble import read_trouble, read_troubles
from studies.models import Dialogue, Generation, Study
from tests.collection.chat.conftest import api, api_chat  # noqa: F401
from tests.collection.chat.pages import open_page
from tests.collection.factories import make_natural_dialogue, make_participant, make_pending_turn
from tests.dialogue.backends.servers import ChatServer, Failure
from tests.enrolment.people import own_data
from tests.factories import make_staff, make_study

State = Generation.State
KEY = "sk-live-0123456789abcdef"
PAGE = "/studies/demo/collecting/"


@pytest.fixture
def study(db: None) -> Study:
    return make_study(goal_count=3)


def tries(study: Study, *, minutes_ago: float, person: Participant | None = None, **fields: Any) -> Participant:
    """Store a message to which the chatbot's reply failed unless ``fields`` change it."""
    person = person or make_participant(study)
    dialogue = person.dialogues.first() or make_natural_dialogue(person, turns=0)
    dialogue.turns.filter(state="pending").update(state="failed")
    ended_at = timezone.now() - timedelta(minutes=minutes_ago)
    values: dict[str, Any] = {"state": State.FAILED, "text": "", "reason": "The server is down.", "ended_at": ended_at}
    make_pending_turn(dialogue, **values | fields)
    return person


def test_the_first_failure_since_the_last_answer_counts_and_everybody_who_met_one(study: Study) -> None:
    tries(study, minutes_ago=50)
    tries(study, minutes_ago=40, state=State.COMPLETE, reason="")
    begun = timezone.now() - timedelta(minutes=30)
    somebody = tries(study, minutes_ago=30)
    tries(study, minutes_ago=20, person=somebody, reason="The key has expired.")
    tries(study, minutes_ago=25)
    trouble = read_trouble(study)
    assert trouble is not None
    assert (trouble.people, trouble.reason) == (2, "The key has expired.")
    assert abs(trouble.since - begun) < timedelta(seconds=20)
    other = make_study("other")
    assert read_troubles([study, other]) == {study.pk: trouble}


def test_the_chatbot_of_one_condition_that_answers_does_not_hide_anothers_failure(study: Study) -> None:
    for name, state, reason in (("broken", State.FAILED, "The server is down."), ("sound", State.COMPLETE, "")):
        person = tries(study, minutes_ago=10 if reason else 5, state=state, reason=reason)
        person.dialogues.update(condition=study.conditions.create(name=name))
    trouble = read_trouble(study)
    assert trouble is not None
    assert (trouble.people, trouble.reason) == (1, "The server is down.")


def test_an_answer_ends_it(study: Study) -> None:
    person = tries(study, minutes_ago=30)
    tries(study, minutes_ago=10, person=person, state=State.COMPLETE, reason="")
    assert read_trouble(study) is None


def test_the_test_message_at_opening_ends_it_too(study: Study) -> None:
    tries(study, minutes_ago=30)
    Recruitment.objects.create(study=study, chatbot_answered_at=timezone.now())
    assert read_trouble(study) is None


def test_what_is_not_the_chatbots_fault_is_no_trouble(study: Study) -> None:
    """Messages that are too long or refused, unread replies, and restarted servers are no trouble of the chatbot."""
    for state in (State.FAILED, State.INTERRUPTED, State.STOPPED):
        tries(study, minutes_ago=5, state=state, reason="")
    assert read_trouble(study) is None


def test_failures_are_found_without_reading_all_answers(study: Study) -> None:
    assert "generation_with_a_reason" in Generation.objects.failed().explain()


def test_all_pages_of_the_study_say_so_and_only_what_is_new_is_sent(study: Study) -> None:
    client = Client()
    client.force_login(make_staff())
    seen = client.get(f"{PAGE}live/").text.split('"seen": "')[1].split('"')[0]
    tries(study, minutes_ago=1, reason="The server is down <now>.")
    news = " ".join(client.get(f"{PAGE}live/", {"seen": seen}).text.split())
    assert '<div id="trouble" hx-swap-oob="innerHTML">' in news
    assert "1 participant cannot continue" in news
    assert "The server is down &lt;now&gt;." in news
    page = client.get(PAGE).text
    assert page.index("The chatbot has been failing") < page.index("Participants’ link")
    for address in ("/", "/studies/demo/"):
        assert "The chatbot has not answered for" in client.get(address).text


@pytest.mark.django_db(transaction=True)
async def test_what_the_server_said_reaches_researchers_without_its_key_and_participants_never(
    api: ChatServer,  # noqa: F811
    api_chat: Dialogue,  # noqa: F811
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("BOT_KEY", KEY)
    api.failures.append(Failure(400, "invalid_request", f"Nothing is allowed to {KEY}."))
    text = settings.MODELS_FILE.read_text("utf-8")
    settings.MODELS_FILE.write_text(text.replace('model = "m"', 'model = "m"\nkey_env = "BOT_KEY"'), "utf-8")
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        done = await page.wait_for("done")
    assert "Nothing is allowed" not in str(done)
    trouble = await in_database(read_trouble, await in_database(Study.objects.get))
    assert trouble is not None
    assert "Nothing is allowed to [" in trouble.reason
    assert KEY not in trouble.reason + caplog.text
    assert "Nothing is allowed" not in str(await in_database(lambda: own_data(Participant.objects.get())))
