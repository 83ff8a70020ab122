"""A model that makes up triplets, as a scripted one and behind an API, and jobs that it does."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from asgiref.sync import async_to_sync

from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.requests import InstructRequest, request_instruct
from characters.context_instruct.workers import InstructWorker
from characters.models import Character, ContextInstruct
from dialogue.backends.base import BackendError, Piece, Reply, Sampling, StreamingModel
from dialogue.messages import Message

MODELS_FILE = Path(__file__).parents[2] / "data" / "instruct_models.toml"
_WORDS = (
    "Rome Antium Corioli Volumnia Virgilia Menenius Aufidius tribunes senate crowd corn wounds consul banishment mother sword "
    "honour gown voices battle gates peace war son wife enemy friend general river market temple treaty"
)


def made_up(asked: str, seed: int) -> str:
    """Return three or ten triplets that depend on the messages and the seed, as a model would write them."""
    draw = Random(hashlib.sha256(f"{asked}{seed}".encode()).digest())
    if "[Script Content]" in asked:
        return "\n".join(triplet(draw, number, "Completeness") for number in range(1, 4))
    if "[剧本内容]" in asked:
        return "\n".join(triplet(draw, number, "完整性") for number in range(1, 4))
    return "\n".join(triplet(draw, number, "真实性" if "[样例]" in asked else "Factualness") for number in range(1, 11))


def triplet(draw: Random, number: int, label: str) -> str:
    """Return a triplet in the asked format; three in ten are doubted."""
    first, second, third = draw.choices(_WORDS.split(), k=3)
    level = "Low" if draw.random() < 0.3 else "High"
    return (
        f"Question {number}: Coriolanus, what have {first} and {second} to do with {third}?\n"
        f"{label}: {level}, it names them.\n"
        f"Response: {first}! Speak not of {second} to me.\n"
    )


class Author(StreamingModel):
    """Answers each call with made-up triplets, or with what ``replies`` returns for the messages and the number of the request.

    ``asked`` are all requests that it answered, as pairs of their text and seed.
    """

    def __init__(self, replies: Callable[[str, int], str | BackendError | None] = lambda _asked, _number: None) -> None:
        self.asked: list[tuple[str, int]] = []
        self.samplings: list[Sampling] = []
        self._replies = replies

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        asked = "\n".join(message.content for message in messages)
        self.samplings.append(sampling)
        said = self._replies(asked, len(self.samplings))
        if isinstance(said, BackendError):
            raise said
        self.asked.append((asked, sampling.seed))
        text = said if said is not None else made_up(asked, sampling.seed)
        yield text
        yield Reply(text, "stop", self.count_tokens(asked), self.count_tokens(text), 0.0, 0.0)

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def close(self) -> None:
        """Do nothing."""


class LateAuthor(Author):
    """Fails with the ``error`` at its first request, and answers the others several ticks later."""

    def __init__(self, error: BackendError, replies: Callable[[str, int], str | BackendError | None]) -> None:
        super().__init__(lambda asked, number: error if number == 1 else replies(asked, number))

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        answer = super().generate(messages, sampling, conversation)
        pieces = [piece async for piece in answer]
        await asyncio.sleep(0.1)
        for piece in pieces:
            yield piece


def request(character: Character, models_file: Path = MODELS_FILE, **fields: Any) -> ContextInstruct:
    return request_instruct(character, InstructRequest(**{"model": "author"} | fields), models_file)


def make_worker(model: Author, models_file: Path = MODELS_FILE, **fields: Any) -> InstructWorker:
    """Return a worker for which every model is ``model``, with a tick of a fiftieth of a second."""
    return InstructWorker(models_file, lambda _spec: model, **{"tick": 0.02} | fields)


def work_off(job: ContextInstruct, model: Author | None = None, **fields: Any) -> ContextInstruct:
    INSTRUCT_CALLS.start(job)
    async_to_sync(make_worker(model or Author(), **fields).work_off)(job.calls.all())
    job.refresh_from_db()
    return job


at_once_one = partial(work_off, concurrency=1)
"""Works off the calls in their order."""
