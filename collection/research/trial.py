"""A test message to a study's chatbot, before participants ask it anything."""

import asyncio
from contextlib import aclosing

from asgiref.sync import async_to_sync
from django.conf import settings

from collection.keys import without_keys
from collection.sides import build_speaker, describe_side, find_side
from dialogue.backends import registry
from dialogue.backends.base import BackendError
from dialogue.outputs import Output
from dialogue.roleplay import responder_history
from dialogue.seeds import sampler_seed
from dialogue.speakers import Speaker
from dialogue.thoughts import Thinking

PATIENCE = 50.0
"""Seconds for loading the model and its first words: less than the minute that web servers wait for a page."""
ENOUGH = 200
"""Characters that are enough to show that the chatbot answers."""


class NoAnswer(Exception):
    """The chatbot did not answer; the message is the backend's sentence, or one like it."""


def ask_chatbot(name: str, message: str) -> None:
    """Ask the responder ``name`` this first message of a dialogue, as its participants will. Raises NoAnswer."""
    try:
        async_to_sync(_ask)(name, message)
    except BackendError as error:
        raise NoAnswer(without_keys(str(error))) from error


async def _ask(name: str, message: str) -> None:
    heard: list[str | Thinking] = []
    try:
        async with asyncio.timeout(PATIENCE):
            speaker, is_remote = await asyncio.to_thread(_find_speaker, name, message)
            # Only a complete answer from an API shows whether it contains thoughts.
            await _listen(speaker, name, message, heard, None if is_remote else ENOUGH)
    except TimeoutError as error:
        if not _text(heard) and not any(isinstance(event, Thinking) for event in heard):
            raise NoAnswer(_too_late(name)) from error
    finally:
        if asyncio.all_tasks() == {asyncio.current_task()}:
            # This event loop exists only for the question. The server's loop keeps the model for participants.
            await registry.close_models()


def _find_speaker(name: str, message: str) -> tuple[Speaker, bool]:
    """The speaker that answers, and whether it is an API's."""
    spec, table = find_side(settings.MODELS_FILE, name, "responder")
    described = describe_side(settings.MODELS_FILE, name, "responder")
    model = registry.open_model(spec)
    speaker = build_speaker(
        spec, table, described, "responder", model, lambda *at: sampler_seed(0, "", message, "responder", *at), ""
    )
    return speaker, spec.is_remote


async def _listen(speaker: Speaker, name: str, message: str, heard: list[str | Thinking], enough: int | None) -> None:
    """Append the events to ``heard`` until the answer is complete or has ``enough`` characters."""
    history = responder_history(speaker.system, (), message)
    async with aclosing(speaker.stream(history, 0)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Output):
                _refuse_silence(piece, name)
            else:
                heard.append(piece)
            if enough and len(_text(heard)) >= enough:
                break


def _text(heard: list[str | Thinking]) -> str:
    """Return the answer so far. Text before a thought may itself prove to be a thought."""
    text = ""
    for event in heard:
        text = event.said if isinstance(event, Thinking) else text + event
    return text.strip()


def _refuse_silence(output: Output, name: str) -> None:
    """Raise NoAnswer if the answer is empty."""
    if output.reply.text.strip():
        return
    if output.reply.stop_reason == "length":
        what = "Its thoughts" if output.reply.thoughts else "White space"
        raise NoAnswer(f"{what} used up its output limit: raise max_tokens of [models.{name}.responder].")
    raise NoAnswer("Its answer was empty. Check the log of its server, or choose another chatbot.")


def _too_late(name: str) -> str:
    return (
        f"Model {name!r} did not begin to answer within {PATIENCE:.0f} seconds. "
        "A large model may still be loading: try again in a minute, or check the server that runs it."
    )
