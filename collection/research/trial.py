"""One message of the method to a study's chatbot, before participants ask it anything."""

import asyncio
from contextlib import aclosing

from asgiref.sync import async_to_sync
from django.conf import settings

from collection.keys import without_keys
from collection.sides import build_speaker, describe_side, find_side
from dialogue.backends import registry
from dialogue.backends.base import BackendError
from dialogue.roleplay import responder_history
from dialogue.seeds import sampler_seed
from dialogue.speakers import Speaker

PATIENCE = 50.0
"""Seconds for loading the model and its first words: less than the minute for which web servers wait for a page."""
ENOUGH = 200
"""Characters after which nobody needs to wait for the end of a long answer."""


class NoAnswer(Exception):
    """The chatbot did not answer; the message is the backend's sentence, or one like it."""


def ask_chatbot(name: str, message: str) -> None:
    """Ask the responder ``name`` this first message of a dialogue, as its participants will. Raises NoAnswer."""
    try:
        async_to_sync(_ask)(name, message)
    except BackendError as error:
        raise NoAnswer(without_keys(str(error))) from error


async def _ask(name: str, message: str) -> None:
    heard: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE):
            speaker = await asyncio.to_thread(_find_speaker, name, message)
            await _listen(speaker, message, heard)
    except TimeoutError as error:
        if not "".join(heard).strip():
            raise NoAnswer(_too_late(name)) from error
    finally:
        if asyncio.all_tasks() == {asyncio.current_task()}:
            # This loop was made for the question and ends with it. A server's own loop keeps the model for participants.
            await registry.close_models()


def _find_speaker(name: str, message: str) -> Speaker:
    spec, table = find_side(settings.MODELS_FILE, name, "responder")
    described = describe_side(settings.MODELS_FILE, name, "responder")
    model = registry.open_model(spec)
    return build_speaker(
        spec, table, described, "responder", model, lambda *at: sampler_seed(0, "", message, "responder", *at), ""
    )


async def _listen(speaker: Speaker, message: str, heard: list[str]) -> None:
    """Put what is said into ``heard``, until it is whole or enough."""
    history = responder_history(speaker.system, (), message)
    async with aclosing(speaker.stream(history, 0)) as pieces:
        async for piece in pieces:
            heard += [piece] if isinstance(piece, str) else []
            if sum(map(len, heard)) >= ENOUGH:
                break
    if not "".join(heard).strip():
        raise NoAnswer(
            "It answered without a word. Read its output in the log of its server, or choose another chatbot."
        )


def _too_late(name: str) -> str:
    return (
        f"Model {name!r} did not say a word within {PATIENCE:.0f} seconds. "
        "A large model may still be loading: try again in a minute, or ask the server that runs it."
    )
