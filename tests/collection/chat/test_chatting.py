"""A message and its reply, on pages and in the database."""

from functools import cache
from pathlib import Path

import pytest
from pytest_django import Settings

from collection.chat import consumers
from collection.chat.answerer import Answerer
from collection.chat.database import in_database
from collection.chat.protocol import MESSAGE_LIMIT
from collection.models import Participant
from dialogue.backends.registry import open_model
from dialogue.backends.scripted import Request, ScriptedModel
from dialogue.models_file import find_model
from dialogue.seeds import sampler_seed
from studies.models import Dialogue, Generation, Output, Turn, Typing
from tests.collection.chat.pages import REPLIES, make_chat, open_page, write_models
from tests.dialogue.backends.llama_models import until
from tests.dialogue.backends.servers import ChatServer


def asked(models_file: Path, chat: Dialogue) -> list[Request]:
    """Return the requests to this process's chatbot for the dialogue; other tests may have used the same chatbot."""
    model = open_model(find_model(models_file, "bot"))
    assert isinstance(model, ScriptedModel)
    return [request for request in model.requests if request.conversation == f"chat-{chat.token}"]


async def test_a_page_that_opens_gets_a_snapshot(chat: Dialogue) -> None:
    async with open_page(chat) as page:
        assert page.seen == [
            {
                "type": "snapshot",
                "turns": 0,
                "draft": "",
                "generation": None,
                "ended": False,
                "may_write": True,
                "why_not": "",
                "next": {"allowed": False, "why_not": "Send a message and read the reply before you continue."},
            }
        ]


async def test_a_page_that_opens_loads_its_chatbot_before_anybody_asks(
    chat: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    def note(name: str) -> ScriptedModel:
        loaded.append(name)
        return ScriptedModel(REPLIES)

    monkeypatch.setattr(consumers, "answerer", cache(lambda: Answerer(lambda spec: note(spec.name))))
    async with open_page(chat), open_page(chat):
        await until(lambda: bool(loaded))
    assert loaded == ["bot"]


async def test_a_message_is_stored_and_so_is_its_reply(chat: Dialogue) -> None:
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        assert await page.wait_for("turn") == {"type": "turn", "position": 0, "key": "key-00001"}
        done = await page.wait_for("done")
    assert page.text == REPLIES[0]
    assert (done["state"], done["position"], done["attempt"], done["message"]) == ("complete", 0, 0, "")
    assert (done["may_write"], done["next"]) == (True, {"allowed": True, "why_not": ""})
    turn = await in_database(chat.turns.get)
    assert (turn.utterance, turn.response, turn.state) == ("What is a bear?", REPLIES[0], Turn.State.COMPLETE)
    assert (turn.utterance_tokens, turn.response_tokens) == (4, 9)


async def test_a_reply_comes_in_pieces(api: ChatServer, api_chat: Dialogue) -> None:
    api.held_at = 5
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        while page.text != "A bear is a large":
            await page.wait_for("piece")
        api.goes_on.set()
        await page.wait_for("done", state="complete")
        assert page.text == REPLIES[0]


async def test_a_reply_is_kept_as_it_came_and_judged_for_the_record(chat: Dialogue) -> None:
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("done")
    generation, output = await in_database(Generation.objects.get), await in_database(Output.objects.get)
    assert (generation.state, generation.text, generation.message) == (Generation.State.COMPLETE, REPLIES[0], "")
    assert (output.speaker, output.position, output.attempt) == ("responder", 0, 0)
    assert (output.raw, output.text, output.status, output.completion_tokens) == (REPLIES[0], REPLIES[0], "said", 9)


async def test_a_self_reply_is_kept_from_the_person_and_in_the_record(
    settings: Settings, tmp_path: Path, transactional_db: None
) -> None:
    settings.MODELS_FILE = write_models(tmp_path, replies=["A bear. ### Human: And a bee?"])
    chat = await in_database(make_chat)
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        done = await page.wait_for("done", state="complete")
    output = await in_database(Output.objects.get)
    assert "Human" not in str(done)
    assert (await in_database(chat.turns.get)).response.strip() == "A bear."
    assert (output.is_self_reply, output.text, output.raw) == (True, "A bear.", "A bear. ### Human: And a bee?")


async def test_the_chatbot_reads_what_was_said_before_under_the_seed_of_the_turn(
    chat: Dialogue, models_file: Path
) -> None:
    async with open_page(chat) as page:
        for number, text in enumerate(("What is a bear?", "And a bee?")):
            await page.say(text, f"key-{number:05}")
            await page.wait_for("done", state="complete")
    request = asked(models_file, chat)[-1]
    said = [(message.role, message.content) for message in request.messages if message.role != "system"]
    assert said == [("user", "What is a bear?"), ("assistant", REPLIES[0]), ("user", "And a bee?")]
    assert request.sampling.seed == sampler_seed(chat.seed or 0, "p-001", chat.goal.text, "responder", 1, 0)
    assert str(request.sampling.today) == chat.responder["date"] == chat.started_at.date().isoformat()


async def test_how_a_message_was_typed_is_kept_with_it(chat: Dialogue) -> None:
    notes = {"first_key_seconds": 1.25, "typing_seconds": 8.5, "pastes": 1, "pasted_characters": 12}
    async with open_page(chat) as page:
        await page.say("What is a bear?", typing=notes | {"times_hidden": 2, "hidden_seconds": 30.5})
        await page.wait_for("done")
    typing = await in_database(Typing.objects.get)
    assert {name: getattr(typing, name) for name in notes} == notes
    assert (typing.times_hidden, typing.hidden_seconds) == (2, 30.5)


async def test_a_message_sent_twice_is_stored_once_and_answered_once(api: ChatServer, api_chat: Dialogue) -> None:
    api.held_at = 1
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        await page.say("What is a bear?")
        first, again = await page.wait_for("turn"), await page.wait_for("turn")
        assert first == again
        api.goes_on.set()
        await page.wait_for("done")
        await page.say("What is a bear?")
        assert await page.wait_for("turn") == first
        assert (await page.wait_for("snapshot"))["turns"] == 1
    assert await in_database(Generation.objects.count) == 1
    assert len(api.requests) == 1


async def test_of_two_messages_at_once_one_is_refused_and_not_stored(slow_chat: Dialogue) -> None:
    async with open_page(slow_chat) as page, open_page(slow_chat) as other:
        await page.say("What is a bear?", "key-first")
        await other.say("And a bee?", "key-other")
        answers = [await page.answer_to("key-first"), await other.answer_to("key-other")]
        [taken] = [answer["key"] for answer in answers if answer["type"] == "turn"]
        [refused] = [answer for answer in answers if answer["type"] == "refused"]
        assert refused["message"] == "Please wait until the chatbot has finished, or stop it."
    assert (await in_database(slow_chat.turns.get)).key == taken


async def test_two_pages_see_the_same(chat: Dialogue) -> None:
    async with open_page(chat) as page, open_page(chat) as other:
        await page.say("What is a bear?")
        for one in (page, other):
            assert (await one.wait_for("turn"))["key"] == "key-00001"
            assert (await one.wait_for("done"))["state"] == "complete"
            assert one.text == REPLIES[0]


async def test_a_page_opened_later_gets_the_text_so_far_and_the_rest(api: ChatServer, api_chat: Dialogue) -> None:
    api.held_at = 2
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        while not page.text:
            await page.wait_for("piece")
        async with open_page(api_chat) as later:
            shown = later.seen[0]["generation"]
            assert (shown["position"], shown["attempt"], shown["state"]) == (0, 0, "streaming")
            assert REPLIES[0].startswith(shown["text"])
            assert later.seen[0]["may_write"] is False
            api.goes_on.set()
            await later.wait_for("done")
            assert later.text == REPLIES[0]


async def test_a_reply_goes_on_when_every_page_has_gone(chat: Dialogue) -> None:
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("turn")
    async with open_page(chat) as again:
        if again.seen[0]["generation"]:
            await again.wait_for("done")
    assert (await in_database(chat.turns.get)).response == REPLIES[0]


async def test_a_page_that_missed_something_receives_a_snapshot(api: ChatServer, api_chat: Dialogue) -> None:
    api.held_at = 2
    async with open_page(api_chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("piece")
        await page.send(type="resume")
        assert (await page.wait_for("snapshot"))["generation"]["state"] == "streaming"
        api.goes_on.set()
        await page.wait_for("done")
        assert page.text == REPLIES[0]


async def test_a_draft_survives_and_reaches_other_pages(chat: Dialogue) -> None:
    async with open_page(chat) as page, open_page(chat) as other:
        await page.send(type="draft", text="What is")
        assert await page.wait_for("kept") == {"type": "kept"}
        assert await other.wait_for("draft") == {"type": "draft", "text": "What is"}
    async with open_page(chat) as again:
        assert again.seen[0]["draft"] == "What is"


async def test_a_draft_is_gone_once_it_is_sent(chat: Dialogue) -> None:
    async with open_page(chat) as page, open_page(chat) as other:
        await page.send(type="draft", text="What is a bear?")
        await other.wait_for("draft", text="What is a bear?")
        await page.say("What is a bear?")
        await other.wait_for("draft", text="")
        await page.wait_for("done")
    async with open_page(chat) as again:
        assert again.seen[0]["draft"] == ""


async def test_the_longest_message_and_every_character_are_kept_as_sent(chat: Dialogue) -> None:
    text = " <script>\n\t\U0001f43b é\u0301 \u202e\u200b ".ljust(MESSAGE_LIMIT, "x")
    async with open_page(chat) as page:
        await page.say(text)
        await page.wait_for("done")
    assert (await in_database(chat.turns.get)).utterance == text


async def test_what_no_database_takes_is_made_visible_instead_of_lost(chat: Dialogue) -> None:
    async with open_page(chat) as page:
        await page.say("half a bear: \ud83d, nothing: \x00")
        await page.wait_for("done")
    assert (await in_database(chat.turns.get)).utterance == "half a bear: \ufffd, nothing: \ufffd"


async def test_a_participant_with_an_open_page_counts_as_present(chat: Dialogue) -> None:
    await in_database(Participant.objects.update, last_seen_at=None)
    async with open_page(chat):
        assert (await in_database(Participant.objects.get)).last_seen_at is not None
