"""From a stored message to the chatbot's reply: the question, the model that answers, and its queue."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.model_config import ModelSpec
from dialogue.prompts import NamedPrompts
from dialogue.roleplay import responder_history
from dialogue.seeds import sampler_seed
from dialogue.speakers import History, Speaker
from dialogue.thought_marks import Kind
from dialogue.thoughts import split
from rolellm.role_play import Role
from studies.language_models.descriptions import without_notes
from studies.language_models.identities import build_speaker, built_in, find_spec, is_still
from studies.models import CharacterSheet, Dialogue, Generation, Output, Turn
from studies.prompt_sets.library import find_prompts, text_of
from studies.recorded_roles import recorded_role
from studies.roles import recall_role, with_role

OpenModel = Callable[[ModelSpec], ChatModel]
OnMove = Callable[[int], None]
"""Receives the new queue position: how many are waiting in front."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that one attempt at a reply needs. ``past`` is the part of the dialogue that the chatbot sees.

    ``thought`` is the kind of thought whose beginning the chatbot's server leaves out, judging by its latest reply. ``role`` is
    the character that it plays; ``prompts`` its prompt set, without that character.
    """

    generation: int
    token: str
    position: int
    attempt: int
    utterance: str
    past: tuple[Turn, ...]
    responder: dict[str, Any]
    seed: Callable[[int, int], int]
    prompts: NamedPrompts | None = None
    thought: Kind | None = None
    role: Role | None = None

    @property
    def model(self) -> str:
        return str(self.responder["model"])

    def history(self, speaker: Speaker) -> History:
        return responder_history(speaker.opening, self.past, self.utterance)


def read_question(generation: Generation, past: Iterable[Turn]) -> Question:
    """Return the question for the chatbot; ``past`` are the earlier answered turns."""
    turn, dialogue = generation.turn, generation.turn.dialogue
    return Question(
        generation=generation.pk,
        token=dialogue.token,
        position=turn.position,
        attempt=generation.attempt,
        utterance=turn.utterance,
        past=tuple(past),
        responder=dialogue.responder,
        seed=_seed(dialogue),
        prompts=_stored_prompts(dialogue),
        thought=_thought(dialogue),
        role=_role(dialogue),
    )


def _stored_prompts(dialogue: Dialogue) -> NamedPrompts | None:
    """Return the version of a prompt set of this site with which the dialogue began; None for one that is built in."""
    reference = dialogue.responder.get("prompts", "")
    return find_prompts(reference, "responder") if text_of(reference) else None


def _role(dialogue: Dialogue) -> Role | None:
    """Return the character that the chatbot plays, with the pairs with which the dialogue began."""
    record = recorded_role(dialogue.responder)
    if not record:
        return None
    sheet = CharacterSheet.objects.get(study=dialogue.study_id, name=record["name"])
    played = recall_role(sheet, record)
    assert played is not None, "a frozen study keeps its characters as they are"  # noqa: S101
    return played.role


def _seed(dialogue: Dialogue) -> Callable[[int, int], int]:
    """Return a function from (turn, attempt) to the sampler's seed; each participant's dialogue has a different seed."""
    return partial(sampler_seed, dialogue.seed or 0, dialogue.persona.code, dialogue.goal.text, "responder")


def _thought(dialogue: Dialogue) -> Kind | None:
    """Return the kind of thought whose end mark alone appeared in the latest reply of an API's chatbot, in any process.

    A template shows that replies begin with a thought, but a server does not, and participants must not read one.
    """
    if dialogue.responder.get("backend") != "openai":
        return None
    outputs = Output.objects.filter(dialogue__study=dialogue.study_id, speaker="responder").order_by("-pk")
    last = outputs.values_list("raw", "dialogue__responder").first()
    is_same = last is not None and without_notes(last[1]) == without_notes(dialogue.responder)
    return split(last[0]).closed_alone if last and is_same else None


class Chatbots:
    """The chatbots of one process: models loaded on demand, and a queue for each. Belongs to one event loop."""

    def __init__(self, open_model: OpenModel) -> None:
        self._open_model = open_model
        self._opening: dict[str, asyncio.Lock] = {}
        self._queues: dict[ChatModel, Queue] = {}

    async def find_speaker(self, question: Question) -> Speaker:
        """Load the model on a thread, because that takes long; other requests for it wait without one.

        Raises ModelMisconfigured.
        """
        async with self._opening.setdefault(question.model, asyncio.Lock()):
            return await asyncio.to_thread(find_speaker, settings.MODELS_FILE, question, self._open_model)

    async def prepare(self, model: str) -> None:
        """Load the model before the first question, which will report it if that is impossible."""
        async with self._opening.setdefault(model, asyncio.Lock()):
            with suppress(ModelMisconfigured):
                await asyncio.to_thread(load_chatbot, settings.MODELS_FILE, model, self._open_model)

    def queue_for(self, model: ChatModel) -> "Queue":
        return self._queues.setdefault(model, Queue(model.capacity))


def load_chatbot(models_file: Path, model: str, open_model: OpenModel) -> None:
    """Load the model of that name. Raises ModelMisconfigured."""
    spec, _ = find_spec(models_file, model, "responder")
    open_model(spec)


def find_speaker(models_file: Path, question: Question, open_model: OpenModel) -> Speaker:
    """Return the speaker that answers, after loading its model, which takes long. Raises ModelMisconfigured."""
    prompts = _prompts(models_file, question)
    if not is_still(models_file, _of_any_version(question.responder), "responder", prompts):
        raise ModelMisconfigured(
            f"Model {question.model!r} is no longer the one with which this dialogue began. Restore it in models.toml."
        )
    spec, table = find_spec(models_file, question.model, "responder")
    model = open_model(spec)
    if question.thought:
        model.expect_thought(question.thought)
    return build_speaker(
        spec, table, question.responder, prompts.prompts, model, question.seed, f"chat-{question.token}"
    )


def _prompts(models_file: Path, question: Question) -> NamedPrompts:
    """Return the prompt set with which the dialogue began, with the chatbot's character. Raises ModelMisconfigured."""
    _, table = find_spec(models_file, question.model, "responder")
    named = question.prompts or built_in(question.responder.get("prompts", table.prompts), "responder")
    return NamedPrompts(named.reference, with_role(named.prompts, question.role)) if question.role else named


def _of_any_version(responder: dict[str, Any]) -> dict[str, Any]:
    """Return the description without the version of the rule about thoughts.

    After an upgrade a run can start over, but a participant in the middle of a dialogue cannot.
    """
    return {key: value for key, value in responder.items() if key != "thoughts"}


class Queue:
    """Gives out ``capacity`` slots (None: unlimited) in order of arrival. Belongs to one event loop."""

    def __init__(self, capacity: int | None) -> None:
        self._capacity = capacity
        self._served = 0
        self._waiting: deque[tuple[asyncio.Future[None], OnMove]] = deque()

    @asynccontextmanager
    async def slot(self, on_move: OnMove) -> AsyncIterator[None]:
        """Wait for a slot and hold it. Until then ``on_move`` receives each queue position."""
        await self._enter(on_move)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, on_move: OnMove) -> None:
        if self._capacity is None or self._served < self._capacity:
            self._served += 1
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((called, on_move))
        on_move(len(self._waiting) - 1)
        try:
            await called
        except asyncio.CancelledError:
            self._give_up(called, on_move)
            raise

    def _leave(self) -> None:
        """Pass the slot on to the next in the queue, so that no newcomer can take it first."""
        while self._waiting:
            called, _ = self._waiting.popleft()
            if not called.cancelled():
                called.set_result(None)
                self._tell_positions()
                return
        self._served -= 1

    def _give_up(self, called: asyncio.Future[None], on_move: OnMove) -> None:
        if not called.cancelled():
            self._leave()
        elif (called, on_move) in self._waiting:
            self._waiting.remove((called, on_move))
            self._tell_positions()

    def _tell_positions(self) -> None:
        for position, (_, on_move) in enumerate(self._waiting):
            on_move(position)
