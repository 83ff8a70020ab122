"""Any response of a server results in a reply, or in one of the contract's errors with one sentence."""

import asyncio
import re
from contextlib import aclosing

import pytest

from dialogue.backends.base import BackendError, Reply, Sampling
from dialogue.backends.openai import OpenAIModel, examine
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.odd.answers import ANSWERS
from tests.dialogue.backends.odd.errors import ERRORS
from tests.dialogue.backends.odd.providers import PROVIDERS
from tests.dialogue.backends.odd.server import Odd, Says, odd_server

ASK = [Message("user", "How fast is it?")]
SAMPLING = Sampling(max_tokens=50)

every_behaviour = pytest.mark.parametrize("odd", [*ANSWERS, *ERRORS, *PROVIDERS], ids=lambda odd: odd.name)


def spec_at(url: str) -> ModelSpec:
    return ModelSpec(name="api", backend="openai", model="m", base_url=url)


async def outcome(odd: Odd, *, is_streamed: bool) -> tuple[str, Reply | BackendError]:
    """Return the text that a reader saw, and the result. Any other exception fails the test."""
    async with odd_server(odd) as url:
        model = OpenAIModel(spec_at(url), retries=0, patience=odd.patience, afterwards=0.2)
        read: list[str] = []
        try:
            if not is_streamed:
                reply = await model.reply(ASK, SAMPLING)
                return reply.text, reply
            async with aclosing(model.stream(ASK, SAMPLING)) as pieces:
                async for piece in pieces:
                    read.append(str(piece))
                return "".join(read), await pieces.whole()
        except BackendError as error:
            return "".join(read), error
        finally:
            await model.close()


@every_behaviour
async def test_a_server_gives_a_reply_or_a_sentence(odd: Odd) -> None:
    for is_streamed in (True, False):
        check(odd, *await outcome(odd, is_streamed=is_streamed))


def check(odd: Odd, read: str, came: Reply | BackendError) -> None:
    if isinstance(odd.gives, Says):
        assert isinstance(came, Reply), came
        assert read == came.text
        assert Says(came.text, came.stop_reason, came.prompt_tokens, came.completion_tokens) == odd.gives
    else:
        assert isinstance(came, BackendError), came
        assert type(came) is odd.gives.kind, came
        assert_sentence(str(came), odd.gives.sentence)


@every_behaviour
async def test_examining_such_a_server_gives_a_sentence(odd: Odd) -> None:
    async with odd_server(odd) as url:
        health = await asyncio.to_thread(examine, spec_at(url), 0.2 if odd.then == "hang" else 60)
    assert_sentence(health.sentence, "http://127.0.0.1|refuses this content|no longer fits")


def assert_sentence(text: str, pattern: str) -> None:
    assert re.search(pattern, text), text
    assert text.endswith("."), text
    assert "\n" not in text
    assert len(text) < 500
