"""The scripted model: its replies, its failures, and its records for assertions."""

import asyncio

import pytest

from dialogue.backends.base import BackendError, ContentRefused, Sampling
from dialogue.backends.registry import close_models, examine, open_model
from dialogue.backends.scripted import Request, ScriptedModel, load
from dialogue.messages import Message
from dialogue.model_config import ModelSpec

ASK = [Message("user", "What is a bear?")]
ASK_AGAIN = [*ASK, Message("assistant", "An animal."), Message("user", "And a bee?")]


async def test_the_history_decides_which_reply_comes_next() -> None:
    model = ScriptedModel(["An animal.", "An insect."])
    assert (await model.reply(ASK_AGAIN, Sampling())).text == "An insect."
    assert (await model.reply(ASK, Sampling())).text == "An animal."
    assert (await model.reply(ASK, Sampling())).text == "An animal."


async def test_past_its_end_a_script_says_what_is_missing() -> None:
    with pytest.raises(BackendError, match=r"no reply number 2\. Add it"):
        await ScriptedModel(["An animal."]).reply(ASK_AGAIN, Sampling())


async def test_a_failure_is_raised_once_before_the_reply_that_follows_it() -> None:
    model = ScriptedModel(["An animal.", BackendError("Busy."), ContentRefused("No."), "An insect."])
    with pytest.raises(BackendError, match=r"Busy\."):
        await model.reply(ASK_AGAIN, Sampling())
    with pytest.raises(ContentRefused):
        await model.reply(ASK_AGAIN, Sampling())
    assert (await model.reply(ASK_AGAIN, Sampling())).text == "An insect."


@pytest.mark.parametrize("text", ["", " ", "one", " An \n animal.\n\n", "x  y "])
async def test_words_stream_with_the_white_space_around_them(text: str) -> None:
    stream = ScriptedModel([text]).stream(ASK, Sampling())
    pieces = [piece async for piece in stream]
    assert "".join(map(str, pieces)) == text
    assert len(pieces) == max(len(text.split()), bool(text))
    assert stream.reply is not None
    assert (stream.reply.text, stream.reply.stop_reason) == (text, "stop")


async def test_tokens_are_words() -> None:
    reply = await ScriptedModel(["one two three four"]).reply(ASK, Sampling(max_tokens=3))
    assert (reply.text, reply.stop_reason) == ("one two three", "length")
    assert (reply.prompt_tokens, reply.completion_tokens) == (4, 3)


async def test_requests_are_kept_for_assertions() -> None:
    model = ScriptedModel(["An animal."])
    await model.reply(ASK, Sampling(seed=7), conversation="c1")
    assert model.requests == [Request(tuple(ASK), Sampling(seed=7), "c1")]


async def test_only_the_latest_requests_are_kept_however_long_a_model_works() -> None:
    model = ScriptedModel([""])
    for number in range(1200):
        await model.reply(ASK, Sampling(seed=number))
    assert [request.sampling.seed for request in model.requests] == list(range(200, 1200))


def test_the_speed_of_a_reply_is_drawn_from_its_seed() -> None:
    model = load(ModelSpec(name="parrot", backend="scripted", replies=("Hello.",), pause=4.0, spread=0.5))
    pauses = [model.pause_for(Sampling(seed=seed)) for seed in range(100)]
    assert pauses == [model.pause_for(Sampling(seed=seed)) for seed in range(100)]
    assert 2 <= min(pauses) < 2.2 < 5.8 < max(pauses) <= 6


async def test_a_paused_reply_can_be_cancelled_midway() -> None:
    model = ScriptedModel(["one two three"], pause=0.05)
    asking = asyncio.create_task(model.reply(ASK, Sampling()))
    await asyncio.sleep(0.07)
    assert model.under_way == 1
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert model.under_way == 0


async def test_models_toml_writes_the_script() -> None:
    spec = ModelSpec(name="parrot", backend="scripted", replies=("Hello.",))
    assert examine(spec).is_ok
    try:
        assert (await open_model(spec).reply(ASK, Sampling())).text == "Hello."
    finally:
        await close_models()


def test_a_script_without_replies_is_not_healthy() -> None:
    health = examine(ModelSpec(name="mute", backend="scripted"))
    assert not health.is_ok
    assert "List them in the models file" in health.sentence


async def test_the_models_file_sets_the_speed_of_a_script() -> None:
    reply = await load(ModelSpec(name="slow", backend="scripted", replies=("An animal.",), pause=0.02)).reply(
        ASK, Sampling()
    )
    assert reply.first_token_seconds >= 0.02
    assert reply.seconds >= 0.04


@pytest.mark.parametrize(
    ("spec", "capacity"),
    [
        (ModelSpec(name="any", backend="scripted"), None),
        (ModelSpec(name="one", backend="scripted", slots=1), 1),
        (ModelSpec(name="api", backend="openai", model="m", requests=3), 3),
    ],
)
def test_a_model_says_how_many_answers_it_works_on_at_once(spec: ModelSpec, capacity: int | None) -> None:
    assert open_model(spec).capacity == capacity
