"""Models for tries: at most one is in memory."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from dialogue.backends import registry
from dialogue.backends.base import BackendError, ChatModel, ModelMisconfigured, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.model_config import ModelSpec
from studies.language_models import tried_models
from studies.language_models.tried_models import Busy, TriedModels


class Counted:
    """Loads scripted models, and counts those in memory. ``failures`` are raised first; ``gate`` holds loading back."""

    def __init__(self) -> None:
        self.loaded, self.open, self.most = 0, 0, 0
        self.failures: list[BackendError] = []
        self.gate = threading.Event()
        self.gate.set()

    def load(self, spec: ModelSpec) -> ChatModel:
        assert self.gate.wait(60)
        if self.failures:
            raise self.failures.pop()
        self.loaded += 1
        self.open += 1
        self.most = max(self.most, self.open)
        return CountedModel(spec.replies, self)


class CountedModel(ScriptedModel):
    def __init__(self, replies: Sequence[str], counted: Counted) -> None:
        super().__init__(replies)
        self.counted = counted

    async def close(self) -> None:
        await asyncio.sleep(0.05)  # others come meanwhile
        self.counted.open -= 1
        await super().close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    found = Counted()
    monkeypatch.setattr(registry, "load_apart", found.load)
    return found


def model_of(name: str) -> ModelSpec:
    return ModelSpec(name=name, backend="scripted", replies=(name,))


async def answer_of(pool: TriedModels, name: str) -> str:
    async with pool.lend(model_of(name)) as model:
        return (await model.reply([], Sampling())).text


async def test_the_models_of_a_try_are_in_memory_one_after_the_other(counted: Counted) -> None:
    pool = TriedModels()
    assert [await answer_of(pool, name) for name in "aabba"] == ["a", "a", "b", "b", "a"]
    assert (counted.loaded, counted.open, counted.most) == (3, 1, 1)
    await pool.close()
    assert counted.open == 0


async def test_a_model_that_is_closing_is_not_lent(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tried_models, "KEPT_SECONDS", 0.0)
    pool = TriedModels()
    for _ in range(5):
        assert await answer_of(pool, "a") == "a"
        await asyncio.sleep(0.02)
    await pool.close()
    assert counted.loaded > 1, "it was never closing"
    assert (counted.open, counted.most) == (0, 1)


async def test_a_model_that_could_not_be_loaded_is_loaded_again(counted: Counted) -> None:
    counted.failures = [ModelMisconfigured("No room.")]
    pool = TriedModels()
    with pytest.raises(ModelMisconfigured, match=r"No room\."):
        await answer_of(pool, "a")
    assert await answer_of(pool, "a") == "a"
    await pool.close()


async def test_another_try_does_not_begin_while_a_model_is_loading(counted: Counted) -> None:
    pool = TriedModels()
    counted.gate.clear()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await answer_of(pool, "a")
    with pytest.raises(Busy):
        await answer_of(pool, "b")
    counted.gate.set()
    assert await answer_of(pool, "a") == "a"
    assert await answer_of(pool, "b") == "b"
    await pool.close()
    assert (counted.loaded, counted.most) == (2, 1)


async def test_the_client_of_an_api_does_not_replace_the_model_in_memory(counted: Counted) -> None:
    pool = TriedModels()
    assert await answer_of(pool, "a") == "a"
    async with pool.lend(ModelSpec(name="api", backend="openai", model="m", replies=("hi",))) as api:
        assert await api.reply([], Sampling())
        assert counted.open == 2
    assert counted.open == 1
    assert await answer_of(pool, "a") == "a"
    assert counted.loaded == 2
    await pool.close()
