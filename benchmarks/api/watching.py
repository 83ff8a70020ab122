"""Watch how many requests of a model are in progress at a provider."""

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.api.provider import Provider, serve
from dialogue.backends.base import BackendError, ChatModel, Sampling
from dialogue.backends.openai import load
from dialogue.messages import Message
from dialogue.model_config import ModelSpec

EARLY = 20.0
"""Seconds from the first request within which many must be in progress."""
MANY = 150
_ASK = [Message("user", "Do bears eat berries?")]
_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Watched:
    """What was in progress at a provider that ``allows`` this many requests, of a model that may send ``requests`` at once.

    ``early`` is the highest number within the first EARLY seconds and ``many_after`` the seconds until MANY were in progress;
    None if they never were. The ``settled`` numbers are the lowest, the median and the highest of the second half of the
    ``seconds`` watched. ``failed`` requests were refused repeatedly.
    """

    allows: int
    requests: int
    seconds: float
    early: int
    many_after: float | None
    settled: tuple[int, float, int]
    answered: int
    refused: int
    failed: int


@dataclass
class _People:
    """Twice as many people as requests may be sent, so that others always wait. Each asks repeatedly."""

    model: ChatModel
    failed: int = 0

    async def ask(self) -> None:
        while True:
            try:
                await self.model.reply(_ASK, Sampling(max_tokens=5))
            except BackendError:
                self.failed += 1
                await asyncio.sleep(1)


def watch(provider: Provider, requests: int, seconds: float) -> Watched:
    """Let people ask the provider for ``seconds``."""
    with serve(provider) as url:
        model = load(ModelSpec(name="api", backend="openai", model="m", base_url=url, requests=requests))
        people = _People(model)
        samples = asyncio.run(_sample(provider, people, 2 * requests, seconds))
    return _summarise(provider, people, requests, seconds, samples)


async def _sample(provider: Provider, people: _People, count: int, seconds: float) -> list[tuple[float, int]]:
    """Return how many requests were in progress at each time after the first one arrived, in seconds; ten times a second."""
    samples = []
    async with asyncio.TaskGroup() as asking:
        tasks = [asking.create_task(people.ask()) for _ in range(count)]
        while not (provider.under_way or people.failed):  # noqa: ASYNC110 - the provider counts on another thread
            await asyncio.sleep(0.01)
        began = perf_counter()
        while (now := perf_counter() - began) < seconds:
            samples.append((now, provider.under_way))
            await asyncio.sleep(_STEP)
        for task in tasks:
            task.cancel()
    await people.model.close()
    return samples


def _summarise(
    provider: Provider, people: _People, requests: int, seconds: float, samples: Sequence[tuple[float, int]]
) -> Watched:
    late = [number for second, number in samples if second >= seconds / 2]
    return Watched(
        allows=provider.allows,
        requests=requests,
        seconds=seconds,
        early=max(number for second, number in samples if second <= EARLY),
        many_after=next((second for second, number in samples if number >= MANY), None),
        settled=(min(late), statistics.median(late), max(late)),
        answered=provider.answered,
        refused=provider.refused,
        failed=people.failed,
    )
