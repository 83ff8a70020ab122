"""A test of the connection to a model: one short question, of which nothing is stored."""

import asyncio
from dataclasses import dataclass
from functools import partial

from dialogue.backends.base import BackendError, Reply, Sampling
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from studies.language_models.keys import without_keys
from studies.language_models.tried_models import PATIENCE, Busy, TriedModels, ask_with, refuse_workers_model

QUESTION = "Which colour is the sky on a clear day? Answer in one short sentence."
MOST_TOKENS = 100
_ENOUGH = 200
"""Characters of the answer that are shown."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What the test found: the beginning of the answer and its seconds, or a ``problem`` in a sentence.

    ``words`` are empty if the model has only thought.
    """

    model: str
    words: str = ""
    seconds: float = 0.0
    problem: str = ""


async def try_connection(spec: ModelSpec, models: TriedModels, patience: float = PATIENCE) -> Tested:
    """Ask the model the question and wait at most ``patience`` seconds for the whole answer."""
    try:
        refuse_workers_model(spec)
        async with asyncio.timeout(patience), models.lend(spec) as model:
            reply = await model.reply([Message("user", QUESTION)], Sampling(temperature=0.0, max_tokens=MOST_TOKENS))
    except Busy:
        return Tested(spec.name, problem="Another test or trial is in progress. Try again when it has ended.")
    except TimeoutError:
        return Tested(
            spec.name,
            problem=f"It did not answer within {patience:.0f} seconds. A large model may still be loading: test it again in a"
            " minute, or check the server that runs it.",
        )
    except BackendError as error:
        return Tested(spec.name, problem=without_keys(str(error)))
    return _read(spec.name, reply)


async def try_connection_here(spec: ModelSpec) -> Tested:
    """Do so with the models of this process."""
    return await ask_with(partial(try_connection, spec))


def _read(name: str, reply: Reply) -> Tested:
    words = " ".join(reply.text.split())
    if not words and not reply.thoughts:
        return Tested(name, problem="Its answer was empty. Check the log of its server, or choose another model.")
    shown = words if len(words) <= _ENOUGH else f"{words[:_ENOUGH]} …"
    return Tested(name, shown, reply.seconds)
