"""A person's dialogue as researchers read it: while it grows, and with all attempts at replies."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from studies.models import Dialogue, Generation, Turn
from tests.collection.factories import (
    make_answered_turn,
    make_natural_dialogue,
    make_participant,
    make_pending_turn,
    make_try,
)
from tests.factories import make_staff, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def dialogue() -> Dialogue:
    return make_natural_dialogue(make_participant(make_study()), turns=1)


def news(client: Client, dialogue: Dialogue, shown: int, seen: str = "") -> str:
    answer = client.get(f"/dialogues/{dialogue.token}/after/{shown}/", {"seen": seen})
    return " ".join(answer.text.split()) if answer.status_code == 200 else ""


def pulse(page: str) -> str:
    return page.split("?seen=")[1].split('"')[0]


def test_a_reply_is_read_while_it_is_written(client: Client, dialogue: Dialogue) -> None:
    pending = make_pending_turn(dialogue, text="Yes, I **am**")
    page = news(client, dialogue, 0)
    assert "Are you still there?" in page
    assert "Yes, I <strong>am</strong>" in page
    assert "The chatbot is writing …" in page
    assert f"/dialogues/{dialogue.token}/after/1/?seen=1-0-streaming-13" in page
    assert news(client, dialogue, 1, pulse(page)) == ""
    pending.generations.update(text="Yes, I **am** here")
    assert "here" in news(client, dialogue, 1, pulse(page))


def test_an_answered_turn_takes_the_place_of_the_pending_one(client: Client, dialogue: Dialogue) -> None:
    seen = pulse(news(client, dialogue, 1, "something else"))
    assert seen == ""
    pending = make_pending_turn(dialogue)
    seen = pulse(news(client, dialogue, 1))
    Turn.objects.filter(pk=pending.pk).update(state="complete", response="I am here.")
    page = news(client, dialogue, 1, seen)
    assert page.count('class="turn"') == 1
    assert f"/dialogues/{dialogue.token}/after/2/?seen=" in page


@pytest.mark.parametrize(
    ("tried", "sentence"),
    [
        ({"state": "queued", "text": "", "queue_position": 3}, "The reply is queued: 3 ahead of it …"),
        (
            {"state": "interrupted", "message": "It broke off."},
            "The reply was interrupted. Shown to the participant: “It broke off.”",
        ),
        (
            {"state": "failed", "message": "The server is down."},
            "The reply failed. Shown to the participant: “The server is down.”",
        ),
    ],
)
def test_a_reply_that_is_not_there_says_why(
    client: Client, dialogue: Dialogue, tried: dict[str, Any], sentence: str
) -> None:
    make_pending_turn(dialogue, **tried)
    assert sentence in news(client, dialogue, 1)


def test_the_details_show_every_attempt_and_how_the_message_was_typed(client: Client, dialogue: Dialogue) -> None:
    turn = make_answered_turn(dialogue, 1)
    turn.generations.update(state=Generation.State.INTERRUPTED, text="Speed is <b>", message="It broke off.")
    make_try(turn, text="Speed is distance over time.")
    make_try(turn, state=Generation.State.STOPPED, text="Speed", raw="<think>Hm</think>Speed")
    page = news(client, dialogue, 1)
    assert "&lt;think&gt;Hm&lt;/think&gt;Speed" in page
    assert 'attempt 1: <span class="verdict">interrupted</span>' in page
    assert "Speed is &lt;b&gt;" in page
    assert 'attempt 2: <span class="verdict">complete</span>' in page
    assert "<li>first key after 1.5 s</li> <li>typed for 8.3 s</li> <li>pasted 40 characters in 1 paste</li>" in page
    assert "stayed on the page" in page


def test_stopped_and_unanswered_turns_are_named(client: Client, dialogue: Dialogue) -> None:
    make_answered_turn(dialogue, 1, state="stopped", response="Well")
    failed = make_answered_turn(dialogue, 2, state="failed", response="")
    failed.generations.update(state="failed", text="", message="The provider refused this content.")
    page = news(client, dialogue, 1)
    assert '<span class="remark">stopped by the participant</span>' in page
    assert '<span class="remark">without a reply</span>' in page
    assert "The reply failed. Shown to the participant: “The provider refused this content.”" in page


def test_an_utterance_that_was_never_answered_is_read_in_the_ended_dialogue(client: Client) -> None:
    dialogue = make_natural_dialogue(make_participant(make_study()), turns=0, ending="left")
    make_pending_turn(dialogue, state="interrupted", text="Yes, I")
    page = client.get(f"/dialogues/{dialogue.token}/").text
    assert "Are you still there?" in page
    assert "Yes, I" in page
    assert "The person left the dialogue." in page
    assert "hx-get" not in page


def test_a_persons_dialogue_leads_back_to_where_they_are_watched(client: Client, dialogue: Dialogue) -> None:
    assert 'href="/studies/demo/collecting/"' in client.get(f"/dialogues/{dialogue.token}/").text


def test_a_long_dialogue_takes_as_few_queries_as_a_short_one(
    client: Client, dialogue: Dialogue, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for position in range(1, 12):
        make_answered_turn(dialogue, position)
    with django_assert_max_num_queries(8):
        news(client, dialogue, 0)
