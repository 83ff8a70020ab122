"""A chatbot that thinks before it answers: participants never see a thought."""

import json
from pathlib import Path

import pytest
from pytest_django import Settings

from collection.chat import endings
from collection.chat.answerer import answerer
from collection.chat.chatbots import Question
from collection.chat.database import in_database
from collection.chat.delivery import Delivery
from collection.chat.generations import Kept
from collection.chat.protocol import Next, RunningReply, Snapshot
from collection.chat.replies import Reply
from dialogue.backends.base import Reply as ModelReply
from dialogue.outputs import CheckedOutput
from dialogue.outputs import Output as ModelOutput
from studies.models import Dialogue, Generation, Goal, Output, Turn
from tests.collection.chat.pages import Page, make_chat, open_page, write_models
from tests.dialogue.backends.servers import ChatServer
from tests.factories import make_output

QUESTION = Question(1, "token", 0, 0, "What is a bear?", (), {"model": "bot"}, lambda _turn, _attempt: 0)
MARKED = "<think>\nSecret one.\n</think>\n\nA bear is large."
OPENED = "Secret one.\n</think>\n\nA bear is large."
TWICE = "<think>Secret one.</think>\nA bear\n<think>Secret two.</think>\nis large."


def write_chatbot(folder: Path, replies: tuple[str, ...], max_tokens: int, pause: float) -> Path:
    file = write_models(folder, replies=replies, pause=pause)
    file.write_text(f"{file.read_text('utf-8')}\nmax_tokens = {max_tokens}\n", "utf-8")
    return file


async def chat_with(
    settings: Settings, folder: Path, *replies: str, max_tokens: int = 1000, pause: float = 0.0
) -> Dialogue:
    settings.MODELS_FILE = write_chatbot(folder, replies, max_tokens, pause)
    return await in_database(make_chat)


def _end_with_thought(chat: Dialogue) -> None:
    """Store another dialogue of the study in which the chatbot's server passed on a thought."""
    goal = Goal.objects.create(study=chat.study, number=99, domain="Math", text="You want to know what a bee is.")
    other = Dialogue.objects.create(
        study=chat.study, goal=goal, persona=chat.persona, kind=Dialogue.Kind.NATURAL, responder=chat.responder
    )
    make_output(other, 0, speaker="responder", raw="Secret one.</think>A bear.", text="A bear.")


def frames_of(page: Page) -> str:
    return json.dumps(page.seen)


@pytest.mark.parametrize("reply", [MARKED, OPENED, TWICE])
async def test_no_frame_holds_a_thought(settings: Settings, tmp_path: Path, transactional_db: None, reply: str) -> None:
    chat = await chat_with(settings, tmp_path, reply)
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("done", state="complete")
    assert "ecret" not in frames_of(page)
    assert "think>" not in frames_of(page)
    assert page.text.split() == ["A", "bear", "is", "large."]
    turn, generation = await in_database(chat.turns.get), await in_database(Generation.objects.get)
    assert turn.response == generation.text == page.text
    assert turn.response_tokens == 4
    output = await in_database(Output.objects.get)
    assert (output.raw, output.text, generation.raw) == (reply, page.text, "")
    assert output.thought_tokens in (2, 4)


async def test_a_page_opened_during_a_thought_learns_that_the_chatbot_is_thinking(
    settings: Settings, tmp_path: Path, transactional_db: None
) -> None:
    chat = await chat_with(settings, tmp_path, "<think>" + "Secret " * 500, pause=0.05)
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("thinking", position=0, attempt=0, length=0)
        async with open_page(chat) as other:
            assert other.seen[0]["generation"] | {"place": 0} == {
                "position": 0,
                "attempt": 0,
                "state": "thinking",
                "place": 0,
                "text": "",
                "message": "",
            }
        await page.send(type="stop")
        await page.wait_for("done", state="stopped")
    turn, generation = await in_database(chat.turns.get), await in_database(Generation.objects.get)
    assert (turn.state, turn.response, generation.text) == (Turn.State.FAILED, "", "")
    assert generation.raw.startswith("<think>Secret")


async def test_a_server_that_stops_in_mid_thought_keeps_the_thought(
    settings: Settings, tmp_path: Path, transactional_db: None
) -> None:
    chat = await chat_with(settings, tmp_path, "A bear\n<think>" + "Secret " * 500, pause=0.05)
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("thinking")
        await answerer().keep()
        kept = await in_database(Generation.objects.get)
        assert kept.raw.startswith("A bear\n<think>")
        await answerer().shut_down()
        await page.wait_for("done", state="interrupted")
    generation = await in_database(Generation.objects.get)
    assert generation.text.strip() == "A bear"
    assert generation.raw.startswith(kept.raw)
    assert "ecret" not in frames_of(page)


async def test_an_answer_that_fails_half_way_keeps_its_thought(api: ChatServer, api_chat: Dialogue) -> None:
    api.answer, api.finish = "<think>Secret one.</think> A bear", "content_filter"
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("done", state="failed")
    generation = await in_database(Generation.objects.get)
    assert (generation.text, generation.raw) == ("A bear", api.answer)
    assert "ecret" not in frames_of(page)


async def test_a_thought_that_uses_up_the_limit_ends_in_a_sentence_about_it(
    settings: Settings, tmp_path: Path, transactional_db: None
) -> None:
    chat = await chat_with(settings, tmp_path, MARKED, max_tokens=2)
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        done = await page.wait_for("done", state="failed")
    assert done["message"] == endings.ALL_THOUGHT
    assert "length limit" in done["message"]
    generation = await in_database(Generation.objects.get)
    assert "max_tokens in [models.bot.responder]" in generation.reason, "only researchers read the setting"
    assert "max_tokens" not in done["message"]
    assert (await in_database(Output.objects.get)).raw.startswith("<think>")


async def test_an_answer_that_is_cut_before_its_first_word_says_so() -> None:
    output = ModelOutput("responder", 0, 0, ModelReply(" ", "length", 1, 1, 0.0, 0.0), CheckedOutput("empty"))
    end = endings.end_of_speech(Reply(QUESTION), output)
    assert (end.state, end.message) == (Generation.State.FAILED, endings.CUT_SILENT)
    assert "max_tokens in [models.bot.responder]" in end.reason


async def test_the_thought_of_a_server_that_marks_it_too_late_is_taken_back(
    api: ChatServer, api_chat: Dialogue
) -> None:
    api.answer, api.held_at = "Secret one. </think> A bear.", 2
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        while page.text != "Secret one.":
            await page.next()
        api.goes_on.set()
        taken_back = await page.wait_for("thinking")
        assert taken_back["length"] == 0
        page.text = ""
        await page.wait_for("done", state="complete")
        assert page.text == "A bear."
        await page.say("And a bee?", "key-00002")
        api.answer = "Secret two. </think> A bee."
        page.text, page.seen = "", []
        await page.wait_for("done", state="complete")
    assert "ecret" not in frames_of(page)
    assert page.text == "A bee."
    assert await in_database(lambda: [turn.response for turn in api_chat.turns.order_by("position")]) == [
        "A bear.",
        "A bee.",
    ]


async def test_after_a_restart_a_thought_is_held_back_because_of_what_was_said_before(
    api: ChatServer, api_chat: Dialogue
) -> None:
    await in_database(_end_with_thought, api_chat)
    api.answer = "Secret two. </think> A bee."
    async with open_page(api_chat) as page:
        await page.say("And a bee?")
        await page.wait_for("done", state="complete")
    assert "ecret" not in frames_of(page)
    assert page.text == "A bee."


async def test_what_a_page_has_of_a_thought_is_taken_back_before_more_is_shown() -> None:
    reply = Reply(QUESTION)
    reply.begin()
    reply.add("Secret.")
    reply.take_updates()
    reply.repeat_since(Kept(reply.text, reply.state))
    reply.think("")
    reply.add("A bear.")
    told = [frame.model_dump() for frame in reply.take_updates()]
    assert [(frame["type"], frame.get("length", frame.get("offset"))) for frame in told] == [
        ("thinking", 0),
        ("piece", 0),
    ]
    assert told[1]["text"] == "A bear."


async def test_thinking_is_repeated_while_the_chatbot_thinks() -> None:
    reply = Reply(QUESTION)
    reply.begin()
    reply.think("")
    assert [frame.type for frame in reply.take_updates()] == ["piece", "thinking"]
    assert reply.take_updates() == []
    reply.repeat_since(reply.kept)
    assert [frame.type for frame in reply.take_updates()] == ["thinking"]


def test_a_page_gets_what_comes_after_a_thought_from_where_it_was_cut() -> None:
    running = RunningReply(position=2, attempt=0, state="streaming", text="Secret.")
    page = Delivery(Snapshot(may_write=False, next=Next(allowed=False), turns=3, generation=running))
    thinking = {"type": "thinking", "position": 2, "attempt": 0, "length": 0}
    piece = {"type": "piece", "position": 2, "attempt": 0, "offset": 0, "text": "A bear."}
    assert page.take(thinking | {"attempt": 1}) is None
    assert page.take(thinking) == thinking
    assert page.take(piece) == piece
