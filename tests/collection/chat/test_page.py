"""The chat page and its turns as the server renders them, and access to them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collection.chat.generations import DIED
from studies.models import Dialogue, Generation, Turn
from tests.collection.factories import (
    enrol_participant,
    make_answered_turn,
    make_natural_dialogue,
    make_open_study,
    make_pending_turn,
    make_try,
)
from tests.enrolment.people import come_back
from tests.factories import make_output

pytestmark = pytest.mark.django_db
State = Turn.State


@pytest.fixture
def dialogue() -> Dialogue:
    """Return the running dialogue of a participant."""
    return make_natural_dialogue(enrol_participant(make_open_study()), turns=0)


@pytest.fixture
def browser(dialogue: Dialogue) -> Client:
    """Return the participant's client."""
    return browser_of(dialogue)


def browser_of(dialogue: Dialogue) -> Client:
    client = Client()
    come_back(client, dialogue.persona.participant)
    return client


def turn_address(dialogue: Dialogue, position: int = 0) -> str:
    return f"/s/{dialogue.study.slug}/chat/{dialogue.token}/turns/{position}/"


def queries_of_the_page(browser: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        browser.get("/s/demo/chat/")
    return len(queries)


def read_turn(browser: Client, dialogue: Dialogue) -> str:
    response = browser.get(turn_address(dialogue))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_the_goal_the_instruction_and_all_turns(browser: Client, dialogue: Dialogue) -> None:
    make_answered_turn(dialogue, 0)
    make_answered_turn(dialogue, 1, response="It depends on **how far** you ran.")
    page = browser.get("/s/demo/chat/").content.decode()
    assert "Goal 1 of 2" in page
    assert "Tasks complete 0/2" in page
    assert "Below is your defined goal." in page
    assert "You want to know how fast you run different distances." in page
    assert page.index('data-position="0"') < page.index('data-position="1"')
    assert "<strong>how far</strong>" in page


def test_a_reading_visitor_changes_nothing(browser: Client, dialogue: Dialogue) -> None:
    make_pending_turn(dialogue)
    before = list(Turn.objects.values()), list(Generation.objects.values()), list(Dialogue.objects.values())
    browser.get("/s/demo/chat/")
    browser.get(turn_address(dialogue))
    assert before == (list(Turn.objects.values()), list(Generation.objects.values()), list(Dialogue.objects.values()))


def test_a_reply_under_way_is_left_to_the_page(browser: Client, dialogue: Dialogue) -> None:
    make_pending_turn(dialogue, text="Half a")
    html = read_turn(browser, dialogue)
    assert 'data-state="pending"' in html
    assert "Are you still there?" in html
    assert "Half a" not in html
    assert "Retry" not in html


@pytest.mark.parametrize("state", [Generation.State.INTERRUPTED, Generation.State.FAILED])
def test_an_unfinished_reply_is_shown_above_the_reason_and_retry(
    browser: Client, dialogue: Dialogue, state: str
) -> None:
    make_pending_turn(dialogue, state=state, text="Half a **reply", message="The server was interrupted.")
    html = read_turn(browser, dialogue)
    assert html.index("Half a **reply") < html.index("The server was interrupted.") < html.index("Retry")


def test_only_the_last_try_counts(browser: Client, dialogue: Dialogue) -> None:
    turn = make_pending_turn(dialogue, state=Generation.State.FAILED, text="First", message="It failed.")
    make_try(turn, state=Generation.State.QUEUED, text="")
    html = read_turn(browser, dialogue)
    assert "It failed." not in html
    assert "Retry" not in html


@pytest.mark.parametrize(
    ("response", "state", "words"),
    [
        ("As far as it", State.STOPPED, "You stopped this reply."),
        ("", State.FAILED, "You stopped this reply before it began."),
    ],
)
def test_who_stopped_a_reply_reads_that_and_is_not_asked_to_retry(
    browser: Client, dialogue: Dialogue, response: str, state: str, words: str
) -> None:
    turn = make_pending_turn(dialogue, state=Generation.State.STOPPED, text=response)
    Turn.objects.filter(pk=turn.pk).update(state=state, response=response)
    html = read_turn(browser, dialogue)
    assert words in html
    assert response in html
    assert "Retry" not in html


def test_a_message_that_may_not_be_answered_says_why_without_retry(browser: Client, dialogue: Dialogue) -> None:
    turn = make_pending_turn(dialogue, state=Generation.State.FAILED, text="", message="Please rephrase it.")
    Turn.objects.filter(pk=turn.pk).update(state=State.FAILED)
    html = read_turn(browser, dialogue)
    assert "Please rephrase it." in html
    assert "Retry" not in html


def test_only_a_turn_with_the_button_asks_to_press_it(browser: Client, dialogue: Dialogue) -> None:
    turn = make_pending_turn(dialogue, state=Generation.State.INTERRUPTED, text="", message=DIED)
    assert "a problem on our side. Press Retry.</p>" in read_turn(browser, dialogue)
    Turn.objects.filter(pk=turn.pk).update(state=State.FAILED)
    html = read_turn(browser, dialogue)
    assert "a problem on our side.</p>" in html
    assert "Retry" not in html


@pytest.mark.parametrize(("count", "words"), [(1, "your first message and"), (3, "your first 3 messages and")])
def test_participants_read_which_messages_no_longer_fit_the_chatbots_context(
    browser: Client, dialogue: Dialogue, count: int, words: str
) -> None:
    make_answered_turn(dialogue, 0)
    assert "no longer sees" not in read_turn(browser, dialogue)
    make_output(dialogue, 0, speaker="responder", left_out=count, prompts_found=0)
    assert words in read_turn(browser, dialogue)


def test_what_people_type_is_never_html(browser: Client, dialogue: Dialogue) -> None:
    make_answered_turn(dialogue, 0, utterance="<script>alert(1)</script> **not bold**", response="<img src=x> ok")
    html = read_turn(browser, dialogue)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **not bold**" in html
    assert "<img" not in html


def test_nobody_elses_turn_can_be_read(dialogue: Dialogue) -> None:
    make_answered_turn(dialogue, 0)
    other = make_natural_dialogue(enrol_participant(dialogue.study), turns=0)
    assert browser_of(other).get(turn_address(dialogue)).status_code == 404
    assert Client().get(turn_address(dialogue)).status_code == 302
    assert browser_of(dialogue).get(turn_address(dialogue, position=1)).status_code == 404


def test_who_has_no_running_dialogue_is_sent_where_they_are(browser: Client, dialogue: Dialogue) -> None:
    dialogue.delete()
    assert browser.get("/s/demo/chat/")["Location"] == "/s/demo/start/"
    assert Client().get("/s/demo/chat/")["Location"] == "/s/demo/"


def test_a_chat_takes_the_same_queries_however_long_it_is(browser: Client, dialogue: Dialogue) -> None:
    make_answered_turn(dialogue, 0)
    short = queries_of_the_page(browser)
    for position in range(1, 6):
        make_answered_turn(dialogue, position)
    assert queries_of_the_page(browser) == short


def test_the_page_is_not_kept_by_the_browser(browser: Client, dialogue: Dialogue) -> None:
    assert "no-store" in browser.get("/s/demo/chat/")["Cache-Control"]
