"""Test messages to models, before participants or runs rely on their answers."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.conf import settings

from dialogue import goals, personas
from dialogue.backends import registry
from dialogue.backends.base import BackendError
from dialogue.outputs import Output
from dialogue.prompts import AnyPrompts, NamedPrompts, PromptSet
from dialogue.roleplay import inquirer_history, responder_history
from dialogue.seeds import SpeakerName, sampler_seed
from dialogue.speakers import History, Speaker
from dialogue.thought_events import Thinking
from studies.language_models.identities import build_speaker, built_in, describe_speaker, find_spec
from studies.language_models.keys import without_keys
from studies.language_models.measurements import Measurements

PATIENCE = 50.0
"""Seconds for loading the model and its first words: less than the minute that web servers wait for a page."""
LONG_PATIENCE = 600.0
"""The same where no web server waits. A local model's first use includes measuring how it runs best, slow on a busy machine."""
ENOUGH = 200
"""Number of characters that is enough to show that the model answers."""
measurements = Measurements()
"""Those of this process."""


class NoAnswer(Exception):
    """The model did not answer; the message is a sentence, often the backend's."""


class NotYet(NoAnswer):
    """A model on this machine may answer soon: it is being measured or loaded. The message says to try again."""


def ask_responder(
    name: str,
    message: str,
    patience: float | None = None,
    prompts: NamedPrompts | None = None,
    sampling: Mapping[str, float] | None = None,
) -> None:
    """Send the responder ``name`` the first message of a dialogue, as participants will, with this prompt set and this sampling
    instead of its own. Raises NoAnswer.

    ``patience`` is the time that it has, in seconds. None is as long as a page may take; see ``refuse_unmeasured``.
    """
    _ask(_Trial(name, "responder", message, prompts, sampling), patience or PATIENCE)


def refuse_unmeasured(name: str) -> None:
    """Raise NotYet if the speed of the responder ``name`` on this machine must be measured before it can answer.

    The measurement begins or continues in the background, because it takes longer than a page may. Raises NoAnswer if it
    failed.
    """
    try:
        is_under_way = measurements.is_under_way(find_spec(settings.MODELS_FILE, name, "responder")[0])
    except BackendError as error:
        raise NoAnswer(without_keys(str(error))) from error
    if is_under_way:
        raise NotYet(
            f"The speed of model {name!r} on this machine is being measured, once for each model file. "
            "This takes seconds for a small model and minutes for a large one. Please try again then."
        )


def ask_side(name: str, speaker: SpeakerName) -> None:
    """Ask the model for its first output as ``speaker``, for the first of the paper's goals. Raises NoAnswer."""
    _ask(_Trial(name, speaker, goals.load_listed()[0].text), PATIENCE)


@dataclass(frozen=True, slots=True)
class _Trial:
    """A test message about ``goal`` to a model as that speaker, with a prompt set and sampling other than its own, if any."""

    name: str
    speaker: SpeakerName
    goal: str
    prompts: NamedPrompts | None = None
    sampling: Mapping[str, float] | None = None


def _ask(trial: _Trial, patience: float) -> None:
    try:
        async_to_sync(_wait_for_answer)(trial, patience)
    except BackendError as error:
        raise NoAnswer(without_keys(str(error))) from error


async def _wait_for_answer(trial: _Trial, patience: float) -> None:
    heard: list[str | Thinking] = []
    try:
        async with asyncio.timeout(patience):
            asked, history, is_remote = await asyncio.to_thread(_prepare, trial)
            # Only a complete answer from an API shows whether it contains thoughts.
            await _listen(asked, history, trial.name, heard, None if is_remote else ENOUGH)
    except TimeoutError as error:
        if not _text(heard) and not any(isinstance(event, Thinking) for event in heard):
            raise _too_late(trial, patience) from error
    finally:
        if asyncio.all_tasks() == {asyncio.current_task()}:
            # This event loop exists only for the test message. The server's loop keeps the model for participants.
            await registry.close_models()


def _prepare(trial: _Trial) -> tuple[Speaker, History, bool]:
    """Return the speaker, the history with the test message, and whether an API runs its model."""
    name, speaker, goal = trial.name, trial.speaker, trial.goal
    spec, table = find_spec(settings.MODELS_FILE, name, speaker)
    named = trial.prompts or built_in(table.prompts, speaker)
    described = describe_speaker(settings.MODELS_FILE, name, speaker, named, trial.sampling)
    model, prompts = registry.open_model(spec), named.prompts
    asked = build_speaker(
        spec, table, described, prompts, model, lambda *at: sampler_seed(0, "", goal, speaker, *at), ""
    )
    return asked, _first_history(prompts, goal), spec.is_remote


def _first_history(prompts: AnyPrompts, goal: str) -> History:
    if not isinstance(prompts, PromptSet):
        return responder_history(prompts.open(), (), goal)
    persona = personas.describe(personas.load_listed()[0].features)
    return inquirer_history(prompts, persona, goal, ())


async def _listen(
    speaker: Speaker, history: History, name: str, heard: list[str | Thinking], enough: int | None
) -> None:
    """Append the events to ``heard`` until the answer is complete or has ``enough`` characters."""
    async with aclosing(speaker.stream(history, 0)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Output):
                _refuse_silence(piece, name, speaker.name)
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


def _refuse_silence(output: Output, name: str, speaker: SpeakerName) -> None:
    """Raise NoAnswer if the answer is empty."""
    if output.reply.text.strip():
        return
    if output.reply.stop_reason == "length":
        what = "Its thoughts" if output.reply.thoughts else "White space"
        raise NoAnswer(f"{what} used up its output limit. Raise max_tokens in [models.{name}.{speaker}].")
    raise NoAnswer("Its reply was empty. Check the log of its server, or choose another model.")


def _too_late(trial: _Trial, patience: float) -> NoAnswer:
    what = f"Model {trial.name!r} did not begin to answer within {patience:.0f} seconds."
    if find_spec(settings.MODELS_FILE, trial.name, trial.speaker)[0].is_remote:
        return NoAnswer(f"{what} Check the server that runs it, or try again in a minute.")
    return NotYet(f"{what} It may still be loading, or this machine is busy. Please try again in a minute.")
