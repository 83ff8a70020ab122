"""The contract, tested with every backend."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dialogue.backends.base import BackendError, ChatModel, Health, Sampling
from dialogue.backends.registry import BACKENDS, examine
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.random_folders import WORDS, spec_of, write_folder
from tests.dialogue.backends.servers import chat_server

ONE_PROCESS: dict[str, Any] = {"threads": 1, "processes": 1, "flash_attention": False}
"""An engine for which nothing is measured."""

ANSWER = "Bears are large animals that eat almost anything and sleep all winter."
ASK = [Message("user", "baba bebe")]
GO_ON = [*ASK, Message("assistant", "bibi"), Message("user", "bobo")]
SAMPLING = Sampling(seed=7, max_tokens=8)

SpecSource = Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[ModelSpec]]


@asynccontextmanager
async def scripted(request: pytest.FixtureRequest) -> AsyncIterator[ModelSpec]:
    yield ModelSpec(name="scripted", backend="scripted", replies=(ANSWER, ANSWER))


@asynccontextmanager
async def openai(request: pytest.FixtureRequest) -> AsyncIterator[ModelSpec]:
    async with chat_server(answer=ANSWER, pause=0.001) as server:
        yield ModelSpec(name="openai", backend="openai", model="m", base_url=server.url)


@asynccontextmanager
async def transformers(request: pytest.FixtureRequest) -> AsyncIterator[ModelSpec]:
    yield spec_of(request.getfixturevalue("random_folder"))


@asynccontextmanager
async def llama_cpp(request: pytest.FixtureRequest) -> AsyncIterator[ModelSpec]:
    yield ModelSpec(
        name="gguf", backend="llama_cpp", file=request.getfixturevalue("random_gguf"), context=2048, **ONE_PROCESS
    )


@pytest.fixture(scope="session")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("random") / "folder", WORDS)


pytestmark = pytest.mark.asyncio(loop_scope="module")
for_the_module = partial(pytest_asyncio.fixture, scope="module", loop_scope="module")


@for_the_module(params=[scripted, openai, transformers, llama_cpp], ids=lambda source: source.__name__)
async def spec(request: pytest.FixtureRequest) -> AsyncIterator[ModelSpec]:
    source: SpecSource = request.param
    async with source(request) as spec:
        yield spec


@for_the_module
async def model(spec: ModelSpec) -> AsyncIterator[ChatModel]:
    """Return a model for all tests but that which closes it."""
    model = load(spec)
    yield model
    await model.close()


def load(spec: ModelSpec) -> ChatModel:
    model: ChatModel = import_module(BACKENDS[spec.backend]).load(spec)
    return model


async def test_the_pieces_of_a_stream_are_the_text_of_its_reply(model: ChatModel) -> None:
    stream = model.stream(ASK, SAMPLING)
    pieces = [piece async for piece in stream]
    assert stream.reply is not None
    assert "".join(map(str, pieces)) == stream.reply.text != ""
    assert len(pieces) > 1
    assert all(pieces)


async def test_a_reply_is_what_streaming_it_gives(model: ChatModel) -> None:
    stream = model.stream(ASK, SAMPLING)
    assert (await model.reply(ASK, SAMPLING)).text == (await stream.whole()).text


async def test_an_answer_that_reaches_its_limit_says_so(model: ChatModel) -> None:
    reply = await model.reply(ASK, SAMPLING)
    assert (reply.stop_reason, reply.completion_tokens) == ("length", 8)


async def test_an_answer_says_what_it_cost(model: ChatModel) -> None:
    reply = await model.reply(ASK, SAMPLING)
    assert reply.seconds >= reply.first_token_seconds > 0
    assert reply.prompt_tokens is not None
    assert reply.prompt_tokens > 0


async def test_the_same_seed_gives_the_same_text(model: ChatModel) -> None:
    first, second = [await model.reply(ASK, SAMPLING) for _ in range(2)]
    assert first.text == second.text


async def test_the_name_of_the_conversation_changes_nothing(model: ChatModel) -> None:
    texts = {(await model.reply(GO_ON, SAMPLING, conversation=name)).text for name in ("", "c1", "c1", "c2")}
    assert len(texts) == 1


async def test_many_conversations_are_answered_at_once(model: ChatModel) -> None:
    asking = [model.reply(GO_ON, SAMPLING.seeded(seed), conversation=f"c{seed}") for seed in range(12)]
    assert all(reply.completion_tokens == 8 for reply in await asyncio.gather(*asking))


async def test_a_stream_can_be_left_early(model: ChatModel) -> None:
    stream = model.stream(ASK, Sampling(max_tokens=500), conversation="c1")
    async with aclosing(stream):
        await anext(stream)
    assert stream.reply is None
    assert (await model.reply(ASK, SAMPLING, conversation="c1")).completion_tokens == 8


async def test_a_reply_can_be_cancelled(model: ChatModel) -> None:
    asking = asyncio.create_task(model.reply(ASK, Sampling(max_tokens=500), conversation="c1"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await model.reply(ASK, SAMPLING, conversation="c1")).completion_tokens == 8


async def test_tokens_are_counted_or_honestly_unknown(model: ChatModel) -> None:
    few, many = model.count_tokens("baba"), model.count_tokens("baba bebe bibi")
    assert (few is None and many is None) or 0 < (few or 0) < (many or 0)


async def test_a_model_can_be_closed_twice_and_then_answers_with_an_error(spec: ModelSpec) -> None:
    model = load(spec)
    await model.reply(ASK, SAMPLING)
    await model.close()
    await model.close()
    with pytest.raises(BackendError, match="closed"):
        await model.reply(ASK, SAMPLING)


async def test_a_model_that_can_run_is_healthy(spec: ModelSpec) -> None:
    health: Health = await asyncio.to_thread(examine, spec)
    assert health.is_ok, health.sentence
    assert health.sentence.endswith(".")
