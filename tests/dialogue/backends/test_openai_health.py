"""Whether a server answers and serves the model, in one sentence and free of charge."""

from typing import Any

import pytest

from dialogue.backends.base import Health
from dialogue.backends.openai import examine
from dialogue.backends.openai.health import listed_names
from dialogue.model_config import ModelSpec
from tests.dialogue.backends.servers import Failure, chat_server_beside
from tests.dialogue.backends.vllm import vllm_server
from tests.services.binaries import free_port


def health(url: str, **settings: Any) -> Health:
    return examine(ModelSpec(name="api", backend="openai", base_url=url, **{"model": "mixtral"} | settings))


def test_a_server_that_serves_the_model_is_healthy() -> None:
    with vllm_server("mixtral") as url:
        found = health(url)
    assert (found.is_ok, found.sentence) == (True, f"{url} can be reached and serves 'mixtral'.")


@pytest.mark.parametrize(
    ("served", "names"),
    [(["llama"], "'llama'"), (["a", "b", "c", "d"], "'a', 'b', 'c' and others")],
    ids=["one", "several"],
)
def test_a_server_of_another_model_is_not_healthy(served: list[str], names: str) -> None:
    with vllm_server(*served) as url:
        found = health(url)
    assert (found.is_ok, found.sentence) == (
        False,
        f"{url} can be reached, but serves {names}, not 'mixtral'. Correct `model` of 'api', or start the server "
        "with that model.",
    )


def test_long_names_are_cut_and_the_key_in_a_name_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "secret-key")
    with vllm_server("x" * 500, "of secret-key", key="secret-key") as url:
        found = health(url, key_env="VLLM_API_KEY")
    assert f"serves '{'x' * 80}', 'of [key]', not 'mixtral'." in found.sentence


@pytest.mark.parametrize("key", ["data", "models"])
def test_only_the_list_itself_is_read(key: str) -> None:
    entries: Any = [{"id": "llama"}]
    assert listed_names({key: entries}) == ["llama"]
    for _ in range(20_000):  # deeper than Python can follow
        entries = {key: entries}
    assert listed_names(entries) == []


def test_a_server_that_is_still_loading_is_not_healthy() -> None:
    with vllm_server("mixtral", is_loading=True) as url:
        found = health(url)
    assert (found.is_ok, found.sentence) == (
        False,
        f"{url} is not ready (Loading model). It may still be loading the model, which can take minutes. Try again later, or "
        "check the server's log.",
    )


def test_a_server_that_is_away_is_not_healthy() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    found = health(url)
    assert (found.is_ok, found.sentence) == (
        False,
        f"{url} cannot be reached. Check that it is running and has loaded its model, and check `base_url` of 'api'.",
    )


def test_a_server_with_another_key_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "wrong")
    with vllm_server("mixtral", key="right") as url:
        found = health(url, key_env="VLLM_API_KEY")
        monkeypatch.setenv("VLLM_API_KEY", "right")
        assert health(url, key_env="VLLM_API_KEY").is_ok
    assert (found.is_ok, found.sentence) == (
        False,
        f"{url} refuses the key of 'api' (Unauthorized). Check the environment variable VLLM_API_KEY.",
    )


def test_a_deployment_at_azure_need_not_be_among_its_models() -> None:
    with vllm_server("gpt-4") as url:
        found = health(url.removesuffix("/v1"), model="our-deployment", api="azure", api_version="2024-10-21")
    assert found.is_ok


def test_a_server_that_answers_is_healthy() -> None:
    with chat_server_beside() as server:
        found = health(server.url)
    assert (found.is_ok, found.sentence, found.memory) == (True, f"{server.url} can be reached.", None)


def test_a_server_without_a_list_of_models_is_healthy() -> None:
    with chat_server_beside(failures=[Failure(404)]) as server:
        found = health(server.url)
    assert found.is_ok


def test_a_server_that_knows_neither_models_nor_chats_is_not_healthy() -> None:
    with chat_server_beside(failures=[Failure(404)] * 2) as server:
        found = health(server.url)
    assert not found.is_ok
    assert "Check `model` and `base_url` of 'api'" in found.sentence
    assert server.requests[-1]["messages"] == []


def test_a_refused_key_is_not_healthy() -> None:
    with chat_server_beside(key="right") as server:
        found = health(server.url)
    assert not found.is_ok
    assert "refuses the key" in found.sentence


def test_a_server_that_is_not_there_is_not_healthy() -> None:
    found = health(f"http://127.0.0.1:{free_port()}/v1")
    assert not found.is_ok
    assert "cannot be reached" in found.sentence
