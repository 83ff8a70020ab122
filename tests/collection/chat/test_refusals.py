"""Refused frames: each gets a sentence, nothing is stored, and a message's text is returned with its key."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from collection.chat import chat_state, messages
from collection.chat.database import in_database
from collection.chat.protocol import DRAFT_LIMIT, FRAME_LIMIT, MESSAGE_LIMIT, MESSAGES_PER_MINUTE, TOO_BIG
from collection.models import Recruitment, Release
from studies.models import Dialogue, Generation, Study, Turn
from tests.collection.chat.pages import open_page

SAY: dict[str, Any] = {"type": "say", "key": "key-00001", "text": "What is a bear?", "typing": {}}


async def refusal(chat: Dialogue, **frame: Any) -> dict[str, Any]:
    """Return the refusal of the frame, for which nothing must be stored."""
    turns = await in_database(chat.turns.count)
    async with open_page(chat) as page:
        await page.send(**frame)
        refused = await page.wait_for("refused")
    assert await in_database(chat.turns.count) == turns
    return refused


@pytest.mark.parametrize("text", ["", " ", "\n\t \u2003", "\u200b\u2060\ufeff"])
async def test_a_blank_message_is_refused(chat: Dialogue, text: str) -> None:
    assert await refusal(chat, **SAY | {"text": text}) == {
        "type": "refused",
        "key": "key-00001",
        "message": "Please write something first.",
    }


async def test_a_message_that_is_too_long_is_refused(chat: Dialogue) -> None:
    refused = await refusal(chat, **SAY | {"text": "x" * (MESSAGE_LIMIT + 1)})
    assert refused["message"] == "This message has 8,001 characters, but at most 8,000 are allowed. Please shorten it."
    assert refused["key"] == "key-00001"


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "shout", "key": "key-00001"},
        {"key": "key-00001"},
        SAY | {"text": 7},
        SAY | {"text": None},
        SAY | {"more": 1},
        SAY | {"typing": {"pastes": -1}},
        SAY | {"typing": {"typing_seconds": "soon"}},
        SAY | {"typing": {"hidden_seconds": 1e300}},
        SAY | {"typing": {"pasted_characters": 2**40}},
        {"type": "draft", "text": "x" * (DRAFT_LIMIT + 1), "key": "key-00001"},
    ],
)
async def test_a_frame_that_is_none_is_refused_with_its_key(chat: Dialogue, frame: dict[str, Any]) -> None:
    refused = await refusal(chat, **frame)
    assert refused["message"] == "The server does not understand a message from this page. Please reload the page."
    assert refused["key"] == frame.get("key", "")


@pytest.mark.parametrize("key", ["short", "x" * 41, "with space", "", None, {}])
async def test_a_message_without_a_proper_key_is_refused(chat: Dialogue, key: object) -> None:
    assert "Please reload the page" in (await refusal(chat, **SAY | {"key": key}))["message"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"say"', "[" * 20_000, '{"type": []}', "1" * 10_000])
async def test_what_is_no_json_object_is_refused_and_the_socket_stays_open(chat: Dialogue, text: str) -> None:
    async with open_page(chat) as page:
        await page.socket.send(text=text)
        assert "Please reload the page" in (await page.wait_for("refused"))["message"]
        await page.socket.send(bytes=b"\x00\xff")
        await page.wait_for("refused")
        await page.send(type="resume")
        await page.wait_for("snapshot")


async def test_an_oversized_frame_closes_the_socket_and_stores_nothing(chat: Dialogue) -> None:
    async with open_page(chat) as page:
        await page.socket.send(text=json.dumps(SAY | {"text": "x" * FRAME_LIMIT}))
        assert await page.socket.receive() == {"type": "websocket.close", "code": TOO_BIG}
    assert await in_database(chat.turns.count) == 0


async def test_messages_come_too_fast_after_twenty_in_a_minute(chat: Dialogue) -> None:
    await in_database(ask_often, chat, MESSAGES_PER_MINUTE)
    assert (await refusal(chat, **SAY))["message"] == messages.TOO_FAST
    await in_database(Generation.objects.update, created_at=timezone.now() - timedelta(seconds=61))
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("turn")
        await page.wait_for("done")


async def test_retries_come_too_fast_as_messages_do(chat: Dialogue) -> None:
    await in_database(ask_often, chat, MESSAGES_PER_MINUTE)
    await in_database(chat.turns.filter(position=0).update, state=Turn.State.PENDING)
    assert (await refusal(chat, type="retry"))["message"] == messages.TOO_FAST


def ask_often(chat: Dialogue, times: int) -> None:
    now = timezone.now()
    for position in range(times):
        turn = chat.turns.create(position=position, utterance="Q", response="A")
        turn.generations.create(state=Generation.State.COMPLETE, owner="somebody", lease_until=now)


@pytest.mark.parametrize("frame", [SAY, {"type": "retry"}, {"type": "draft", "text": "What"}])
async def test_no_message_is_accepted_in_a_dialogue_that_is_over(chat: Dialogue, frame: dict[str, Any]) -> None:
    await in_database(Dialogue.objects.update, ending="next_goal", ended_at=timezone.now())
    assert (await refusal(chat, **frame))["message"] == chat_state.OVER


@pytest.mark.parametrize("frame", [SAY, {"type": "retry"}])
async def test_no_message_is_accepted_in_a_closed_study(chat: Dialogue, frame: dict[str, Any]) -> None:
    await in_database(Recruitment.objects.update, is_open=False)
    assert (await refusal(chat, **frame))["message"] == chat_state.CLOSED


@pytest.mark.parametrize("frame", [SAY, {"type": "retry"}])
async def test_a_participant_whose_place_was_released_cannot_ask_anything(
    chat: Dialogue, frame: dict[str, Any]
) -> None:
    await in_database(chat.turns.create, position=0, utterance="Q", state=Turn.State.PENDING)
    await in_database(Release.objects.create, participant=chat.persona.participant, released_at=timezone.now())
    assert (await refusal(chat, **frame))["message"] == chat_state.RELEASED


async def test_a_goal_accepts_no_more_messages_than_the_study_allows(chat: Dialogue) -> None:
    await in_database(Study.objects.update, max_turns=1)
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        done = await page.wait_for("done")
        assert done["may_write"] is False
        assert done["why_not"] == "You have sent the one message allowed for this goal. Please continue."
        assert done["next"]["allowed"] is True
    assert (await refusal(chat, **SAY | {"key": "key-00002"}))["message"] == done["why_not"]


async def test_there_is_nothing_to_retry_while_the_chatbot_is_at_it(slow_chat: Dialogue) -> None:
    async with open_page(slow_chat) as page:
        await page.say("Count.")
        await page.wait_for("turn")
        await page.send(type="retry")
        assert (await page.wait_for("refused"))["message"] == messages.NOTHING_TO_RETRY
    assert await in_database(Generation.objects.count) == 1
