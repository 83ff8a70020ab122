"""The chat benchmark at a small size: it runs, and it notices lost or changed messages."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from websockets.asyncio.server import ServerConnection, serve

from benchmarks.chat.people import Heard, Lost, Person, chat
from benchmarks.chat.rows import check_stored, generated_tokens
from studies.models import Dialogue, Turn
from tests.benchmarks.quick import measure
from tests.collection.factories import REPLY, make_natural_dialogue, make_open_study, make_participant, make_try
from tests.factories import UTTERANCES, make_output

ROOM = {"may_write": True, "why_not": "", "next": {"allowed": True, "why_not": ""}}
DONE = {"type": "done", "position": 0, "attempt": 0, "state": "complete", "message": "", **ROOM}


def test_people_who_chat_at_once_are_compared_with_people_who_queue() -> None:
    found = measure("chat", "--participants", "4")
    together, alone = found["ways"]
    assert (together["way"], alone["way"]) == ("together", "one-at-a-time")
    assert 0 < together["first_token_median"] <= together["first_token_worst"]
    assert 0 <= together["gap_p99"] <= together["gap_worst"]
    assert found["first_token_ratio"] == together["first_token_median"] / alone["first_token_median"] < 1
    assert (found["participants"], found["messages"]) == (4, 3)


@pytest.mark.postgresql
@pytest.mark.redis
def test_idle_people_are_weighed_on_services_for_production_and_none_is_dropped(
    postgresql_tables_url: str, redis_url: str
) -> None:
    found = measure(
        "chat", "--idle", "5", "--chatting", "2", "--database", postgresql_tables_url, "--channel-layer", redis_url
    )
    assert (found["idle"], found["chatting"], found["dropped"]) == (5, 2, 0)
    assert found["before"] > 0
    assert found["bytes_per_socket"] == (max(found["connected"], found["after"]) - found["before"]) / 5
    with psycopg.connect(postgresql_tables_url) as connection:
        assert connection.execute("SELECT count(*) FROM collection_turn").fetchone() == (2 * (1 + 2),)


@pytest.fixture
def dialogue() -> Dialogue:
    """Store two turns, each with one output of the chatbot."""
    dialogue = make_natural_dialogue(make_participant(make_open_study()))
    for position in range(2):
        make_output(dialogue, position, speaker="responder", completion_tokens=64)
    return dialogue


@pytest.fixture
def person(dialogue: Dialogue) -> Person:
    return Person(dialogue.study.slug, dialogue.token, "", UTTERANCES[:2])


REPLIES = [Heard(0.0, text=REPLY), Heard(0.0, text=f" {REPLY}\n")]


@pytest.mark.django_db
def test_what_was_said_and_heard_is_found(person: Person) -> None:
    check_stored(person, REPLIES)
    assert generated_tokens([person]) == 128


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil",
    [
        lambda dialogue: dialogue.turns.filter(position=1).update(response="Something else."),
        lambda dialogue: dialogue.turns.filter(position=1).update(utterance="Something else."),
        lambda dialogue: dialogue.turns.filter(position=1).update(state=Turn.State.STOPPED),
        lambda dialogue: dialogue.turns.get(position=1).delete(),
        lambda dialogue: dialogue.turns.create(position=2, utterance=UTTERANCES[1], response=REPLY),
        lambda dialogue: make_try(dialogue.turns.get(position=1), text=REPLY),
    ],
    ids=["another reply", "another utterance", "half a reply", "a turn less", "a turn more", "a reply made twice"],
)
def test_whatever_is_not_stored_once_and_word_for_word_is_noticed(
    dialogue: Dialogue, person: Person, spoil: Callable[[Dialogue], object]
) -> None:
    spoil(dialogue)
    with pytest.raises(Lost):
        check_stored(person, REPLIES)


@pytest.mark.django_db
def test_an_output_more_than_there_were_replies_is_noticed(dialogue: Dialogue, person: Person) -> None:
    make_output(dialogue, 1, speaker="responder", attempt=1)
    with pytest.raises(Lost):
        generated_tokens([person])


@asynccontextmanager
async def site_that_says(*frames: dict[str, Any]) -> AsyncIterator[str]:
    """Yield the address of a server that answers the first message with these frames."""

    async def answer(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "snapshot", "turns": 0, **ROOM}))
        key = json.loads(await socket.recv())["key"]
        for frame in frames:
            await socket.send(json.dumps({"key": key} | frame if frame["type"] == "turn" else frame))
        await socket.wait_closed()

    async with serve(answer, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


def piece(offset: int, text: str, **fields: Any) -> dict[str, Any]:
    return {"type": "piece", "position": 0, "attempt": 0, "offset": offset, "text": text} | fields


ALL_THERE = {"type": "snapshot", "turns": 1, "draft": "", "generation": None, "ended": False, **ROOM}
SAYER = Person("demo", "token", "participant=me", ["Hello?"])
STORED = {"type": "turn", "position": 0}


async def test_a_reply_is_heard_piece_by_piece() -> None:
    pieces = [piece(0, ""), piece(0, "Hel"), piece(0, "Hel"), piece(2, "llo")]
    async with site_that_says(STORED, *pieces, DONE) as address:
        (heard,) = await chat(address, SAYER)
    assert (heard.text, len(heard.pieces), len(heard.gaps)) == ("Hello", 2, 1)
    assert heard.sent < heard.pieces[0] <= heard.pieces[1] <= heard.ended


async def test_a_reply_whose_end_arrives_first_counts_as_far_as_it_was_received() -> None:
    async with site_that_says(STORED, piece(0, " Hel"), ALL_THERE, DONE) as address:
        (heard,) = await chat(address, SAYER)
    assert (heard.text, heard.is_cut) == (" Hel", True)
    assert heard.is_of("Hello")
    assert not heard.is_of("Hallo")
    assert not replace(heard, is_cut=False).is_of("Hello")


@pytest.mark.parametrize(
    "frames",
    [
        [STORED | {"key": "another-message"}],
        [STORED, piece(0, "Hel"), piece(4, "o")],
        [STORED, piece(0, "Hel"), piece(1, "am")],
        [STORED, piece(0, "Hel", attempt=1)],
        [STORED, piece(0, "Hel"), DONE | {"state": "interrupted"}],
        [STORED, DONE],
        [{"type": "refused", "key": "", "message": "Too fast."}],
        [STORED, {"type": "moved"}],
    ],
    ids=["another message", "a gap", "other words", "another try", "interrupted", "no text", "refused", "moved"],
)
async def test_whatever_gets_lost_on_the_way_is_noticed(frames: list[dict[str, Any]]) -> None:
    async with site_that_says(*frames) as address:
        with pytest.raises(Lost):
            await chat(address, SAYER)
