"""Keys: an invalid key is reported by its variable, and no message, log line or traceback contains a key."""

import asyncio
import logging
import traceback

import pytest

from dialogue.backends import registry
from dialogue.backends.base import BackendError, ModelMisconfigured, Sampling
from dialogue.backends.openai import OpenAIModel, load
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.odd.server import DONE, Odd, Says, odd_server, said, stream
from tests.dialogue.backends.servers import chat_server

ASK = [Message("user", "How fast is it?")]
KEY = "sk-0123456789abcdef"


def spec_at(url: str | None) -> ModelSpec:
    return ModelSpec(name="api", backend="openai", model="m", base_url=url, key_env="SOME_KEY")


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (f" {KEY}", "white space or quotation marks"),
        (f"{KEY}\n", "white space or quotation marks"),
        (f"{KEY}\r\n", "white space or quotation marks"),
        (f'"{KEY}"', "white space or quotation marks"),
        (f"'{KEY}'", "white space or quotation marks"),
        (f"“{KEY}”", "white space or quotation marks"),
        (f"Bearer {KEY}", "characters that no key has"),
        (f"{KEY}\x07a", "characters that no key has"),
        (f"{KEY}é", "characters that no key has"),
        (f"{KEY}\u200b", "characters that no key has"),
        (f"{KEY}\ud800a", "characters that no key has"),
    ],
)
def test_what_cannot_be_a_key_is_named_by_its_variable_alone(
    monkeypatch: pytest.MonkeyPatch, key: str, reason: str
) -> None:
    monkeypatch.setenv("SOME_KEY", key) if "\ud800" not in key else monkeypatch.setattr("os.environ", {"SOME_KEY": key})
    with pytest.raises(ModelMisconfigured) as caught:
        load(spec_at(None))
    health = registry.examine(spec_at(None))
    assert not health.is_ok
    for sentence in (str(caught.value), health.sentence):
        assert "the environment variable SOME_KEY" in sentence
        assert reason in sentence
        assert "0123" not in sentence


@pytest.mark.parametrize("url", ["http://999.1.1.1/v1", "http://1.2.3.999"])
def test_what_the_library_does_not_take_for_an_address_is_named(url: str) -> None:
    spec = ModelSpec(name="api", backend="openai", model="m", base_url=url)
    with pytest.raises(ModelMisconfigured, match=r"is not an address\. Correct `base_url` of 'api'"):
        load(spec)
    assert "is not an address" in registry.examine(spec).sentence


@pytest.mark.parametrize("key", ["", " ", "\n"])
def test_an_empty_key_is_none(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("SOME_KEY", key)
    with pytest.raises(ModelMisconfigured, match="Set the environment variable SOME_KEY"):
        load(spec_at(None))


@pytest.mark.parametrize(
    "odd",
    [
        Odd("401", Says(), f'{{"error": {{"message": "Incorrect API key: {KEY}"}}}}'.encode(), 401),
        Odd("400", Says(), f"Bad header: Bearer {KEY}".encode(), 400),
        Odd("302", Says(), b"", 302, {"Location": f"https://me.example/login?key={KEY}"}),
        Odd("500", Says(), f"<title>{KEY}</title>".encode(), 500),
        Odd("in the stream", Says(), stream({"error": f"no such key {KEY}"})),
        Odd("in pieces that cannot be read", Says(), stream(said("a"), f"error {KEY}", DONE)),
    ],
    ids=lambda odd: odd.name,
)
async def test_a_server_that_repeats_the_key_does_not_make_us_show_it(
    odd: Odd, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "httpcore2")  # it logs whatever a server sends
    async with odd_server(odd) as url:
        with pytest.raises(BackendError) as caught:
            await OpenAIModel(spec_at(url), retries=0).reply(ASK, Sampling())
        health = await asyncio.to_thread(registry.examine, spec_at(url))
    logging.getLogger("test").error("It failed.", exc_info=caught.value)
    shown = [str(caught.value), health.sentence, caplog.text, "".join(traceback.format_exception(caught.value))]
    assert not [text for text in shown if KEY in text]
    assert "SOME_KEY" in shown[0] or "me.example" in shown[0] or "127.0.0.1" in shown[0]


async def test_a_key_is_not_logged_by_the_libraries_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    async with chat_server(key=KEY) as server:
        await OpenAIModel(spec_at(server.url)).reply(ASK, Sampling())
    assert "openai" in caplog.text
    assert KEY not in caplog.text
