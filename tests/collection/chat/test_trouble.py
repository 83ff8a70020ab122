"""Replies that end early (stopped, failed, refused, unread), and retries."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from collection.chat import endings, generations
from collection.chat.answerer import KEEP, answerer
from collection.chat.database import in_database
from collection.models import Participant
from dialogue import thoughts
from studies.models import Dialogue, Generation, Output, Study, Turn
from tests.collection.chat.pages import PATIENCE, REPLIES, open_page, write_models
from tests.dialogue.backends.servers import ChatServer, Failure
from tests.enrolment.people import withdraw

pytestmark = pytest.mark.waits

State = Generation.State


def leave_for(time: timedelta) -> None:
    """Move all messages and the participants' last activity into the past."""
    then = timezone.now() - time
    Participant.objects.update(last_seen_at=then)
    Generation.objects.update(created_at=then)


async def test_a_stopped_reply_keeps_what_was_said(slow_chat: Dialogue) -> None:
    async with open_page(slow_chat) as page:
        await page.say("Count.")
        while not page.text:
            await page.wait_for("piece")
        await page.send(type="stop")
        done = await page.wait_for("done")
    assert (done["state"], done["message"], done["may_write"]) == ("stopped", "", True)
    turn, generation = await in_database(slow_chat.turns.get), await in_database(Generation.objects.get)
    assert ("One two three " * 500).startswith(page.text)
    assert turn.response == page.text.strip()
    assert (turn.state, turn.utterance_tokens) == (Turn.State.STOPPED, 1)
    assert (generation.state, generation.text.strip()) == (State.STOPPED, turn.response)


async def test_stop_reaches_a_reply_of_the_same_process_at_once(
    slow_chat: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check the database at once instead of waiting for the next regular check."""
    monkeypatch.setattr("collection.chat.answerer.KEEP", 3600)
    monkeypatch.setattr("collection.chat.connections.LOOK", 3600)
    async with open_page(slow_chat) as page, open_page(slow_chat) as other:
        await page.say("Count.")
        await page.wait_for("piece")
        await other.send(type="stop")
        assert (await page.wait_for("done"))["state"] == "stopped"


async def test_stopping_before_the_first_word_leaves_a_message_without_an_answer(
    api: ChatServer, api_chat: Dialogue
) -> None:
    api.held_at = 0
    async with open_page(api_chat) as page:
        await page.say("Count.")
        await page.wait_for("turn")
        await page.send(type="stop")
        assert (await page.wait_for("done"))["state"] == "stopped"
    turn = await in_database(api_chat.turns.get)
    assert (turn.state, turn.response) == (Turn.State.FAILED, "")


async def test_the_chatbot_remembers_stopped_replies_and_forgets_unanswered_messages(
    api: ChatServer, api_chat: Dialogue
) -> None:
    def said_before() -> None:
        api_chat.turns.create(position=0, utterance="Q1", response="A1, as far as", state=Turn.State.STOPPED)
        api_chat.turns.create(position=1, utterance="Q2", state=Turn.State.FAILED)

    await in_database(said_before)
    async with open_page(api_chat) as page:
        await page.say("Q3")
        await page.wait_for("done", state="complete")
    contents = [message["content"] for message in api.requests[0]["messages"] if message["role"] != "system"]
    assert contents == ["Q1", "A1, as far as", "Q3"]


async def test_stop_when_nothing_is_under_way_shows_how_things_are(chat: Dialogue) -> None:
    async with open_page(chat) as page:
        await page.send(type="stop")
        assert (await page.wait_for("snapshot"))["generation"] is None


async def test_a_failed_reply_says_so_and_can_be_tried_again(
    api: ChatServer, api_chat: Dialogue, caplog: pytest.LogCaptureFixture
) -> None:
    api.failures.append(Failure(401, "invalid_api_key", "Incorrect API key."))
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        done = await page.wait_for("done")
        assert (done["state"], done["message"]) == ("failed", endings.UNAVAILABLE)
        assert (await in_database(api_chat.turns.get)).state == Turn.State.PENDING
        async with open_page(api_chat) as later:
            shown = later.seen[0]["generation"]
            assert (shown["state"], shown["message"]) == ("failed", endings.UNAVAILABLE)
        await page.send(type="retry")
        again = await page.wait_for("done")
        assert (again["state"], again["attempt"], page.text) == ("complete", 1, REPLIES[0])
    turn = await in_database(api_chat.turns.get)
    assert (turn.state, turn.response) == (Turn.State.COMPLETE, REPLIES[0])
    assert (await in_database(Output.objects.get)).attempt == 1
    assert api.requests[0]["seed"] != api.requests[1]["seed"]
    assert api_chat.token in caplog.text


async def test_a_message_that_the_chatbot_refuses_can_be_rephrased(api: ChatServer, api_chat: Dialogue) -> None:
    api.failures.append(Failure(400, "content_policy_violation", "Refused."))
    async with open_page(api_chat) as page:
        await page.say("Something bad.")
        done = await page.wait_for("done")
        assert (done["state"], done["message"], done["may_write"]) == ("failed", endings.REFUSED, True)
        await page.send(type="retry")
        assert (await page.wait_for("refused"))["message"] == "No message is waiting for a reply."
        await page.say("Something good.", "key-00002")
        await page.wait_for("done", state="complete")
    states = await in_database(lambda: list(api_chat.turns.values_list("state", flat=True)))
    assert states == [Turn.State.FAILED, Turn.State.COMPLETE]


async def test_a_message_that_does_not_fit_is_to_be_shortened(api: ChatServer, api_chat: Dialogue) -> None:
    api.failures.append(Failure(400, "context_length_exceeded", "Too long."))
    async with open_page(api_chat) as page:
        await page.say("Much too long.")
        assert (await page.wait_for("done"))["message"] == endings.TOO_LONG
    assert (await in_database(api_chat.turns.get)).state == Turn.State.FAILED


async def test_the_oldest_turns_are_left_out_when_a_history_does_not_fit(api: ChatServer, api_chat: Dialogue) -> None:
    async with open_page(api_chat) as page:
        await page.say("Q1")
        await page.wait_for("done", state="complete")
        api.failures.append(Failure(400, "context_length_exceeded", "Too long."))
        await page.say("Q2", "key-00002")
        await page.wait_for("done", state="complete")
    assert [message["content"] for message in api.requests[-1]["messages"]][-1:] == ["Q2"]
    assert "Q1" not in str(api.requests[-1]["messages"])
    outputs = await in_database(lambda: list(Output.objects.values_list("left_out", flat=True)))
    assert outputs == [0, 1]


async def test_silence_is_no_answer(api: ChatServer, api_chat: Dialogue) -> None:
    api.answer = ""
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        done = await page.wait_for("done")
    assert (done["state"], done["message"]) == ("failed", endings.SILENT)
    assert (await in_database(api_chat.turns.get)).state == Turn.State.PENDING
    assert (await in_database(Output.objects.get)).status == "empty"


async def test_a_participant_may_write_another_message_instead_of_retrying(api: ChatServer, api_chat: Dialogue) -> None:
    api.failures.append(Failure(401))
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        assert (await page.wait_for("done"))["may_write"] is True
        await page.say("And a bee?", "key-00002")
        await page.wait_for("done", state="complete")
    states = await in_database(lambda: list(api_chat.turns.values_list("state", flat=True)))
    assert states == [Turn.State.FAILED, Turn.State.COMPLETE]


async def test_a_dialogue_continues_after_an_upgrade_that_separates_thoughts_differently(chat: Dialogue) -> None:
    responder = chat.responder | {"thoughts": thoughts.RULE - 1}
    await in_database(Dialogue.objects.update, responder=responder)
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("done", state="complete")


async def test_a_chatbot_that_changed_since_the_dialogue_began_answers_no_more(
    chat: Dialogue, models_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_models(models_file.parent, template="llama-2")
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        assert (await page.wait_for("done"))["message"] == endings.UNAVAILABLE
        write_models(models_file.parent)
        await page.send(type="retry")
        await page.wait_for("done", state="complete")
    assert "is no longer the one with which this dialogue began" in caplog.text


async def test_what_nobody_thought_of_ends_in_a_sentence_and_in_the_log(
    chat: Dialogue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("unexpected failure")

    with monkeypatch.context() as broken:
        broken.setattr("collection.chat.chatbots.find_speaker", break_down)
        async with open_page(chat) as page:
            await page.say("What is a bear?")
            done = await page.wait_for("done")
    assert (done["state"], done["message"]) == ("failed", endings.BROKEN)
    assert "unexpected failure" in caplog.text


async def test_a_reply_that_nobody_reads_is_given_up_after_a_minute(slow_chat: Dialogue) -> None:
    async with open_page(slow_chat) as page:
        await page.say("Count.")
        await page.wait_for("piece")
    under_way = answerer().find(slow_chat.token)
    assert under_way is not None
    await in_database(leave_for, generations.UNREAD * 1.1)
    await asyncio.wait_for(asyncio.shield(under_way.over), PATIENCE)
    generation = await in_database(Generation.objects.get)
    assert (generation.state, generation.message) == (State.INTERRUPTED, endings.UNREAD)
    assert (await in_database(slow_chat.turns.get)).state == Turn.State.PENDING


async def test_a_study_can_let_the_chatbot_finish_what_nobody_reads(settings: Settings, slow_chat: Dialogue) -> None:
    await in_database(Study.objects.update, keeps_unread_replies=True)
    async with open_page(slow_chat) as page:
        await page.say("Count.")
        await page.wait_for("piece")
    await in_database(leave_for, generations.UNREAD * 1.1)
    await asyncio.sleep(2.5 * KEEP)
    assert (await in_database(Generation.objects.get)).state == State.STREAMING


async def test_a_try_that_got_lost_in_this_very_process_is_interrupted_too(chat: Dialogue) -> None:
    def lose(owner: str) -> None:
        turn = chat.turns.create(position=0, utterance="Q", state=Turn.State.PENDING)
        generations.begin(turn, owner, attempt=0)
        Generation.objects.update(lease_until=timezone.now() - generations.LEASE)

    async with open_page(chat) as page:
        await in_database(lose, answerer().name)
        shown = (await page.wait_for("snapshot"))["generation"]
        assert (shown["state"], shown["message"]) == ("interrupted", generations.DIED)


async def test_withdrawing_ends_a_reply_and_leaves_nothing_of_it(
    slow_chat: Dialogue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_page(slow_chat) as page:
        await page.say("Count.")
        await page.wait_for("piece")
        under_way = answerer().find(slow_chat.token)
        assert under_way is not None
        await in_database(lambda: withdraw(Participant.objects.get()))
        await page.wait_for("moved")
        await under_way.over
    assert await in_database(Generation.objects.count) == 0
    assert (await in_database(Participant.objects.get)).last_seen_at is None
    assert "Traceback" not in caplog.text
