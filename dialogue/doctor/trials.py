"""Trials: two turns of eight dialogues, played by a model as one speaker."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

from dialogue import goals, personas
from dialogue.backends.base import ChatModel, Sampling
from dialogue.doctor.candidates import Candidate
from dialogue.model_config import InquirerTable, ModelSpec, ResponderTable, SpeakerTable
from dialogue.outputs import Output
from dialogue.prompts import PromptSet
from dialogue.roleplay import inquirer_history, responder_history
from dialogue.seeds import sampler_seed
from dialogue.speakers import Speaker, Spoken
from dialogue.speaking import make_speaker

TURNS = 2
LIMIT = 160
"""Most tokens of an output, so that a trial takes about a minute."""
THINKING_LIMIT = 2000
"""The same for a model that thinks before it answers."""
FOLLOW_UP = "Can you explain that in simpler words?"
NO_ANSWER = "I can help you with that. What exactly would you like to know?"


@dataclass(frozen=True, slots=True)
class Case:
    """A persona, as its sentence, and a goal, with the seed of their dialogue."""

    persona: str
    goal: str
    seed: int


CASES = tuple(
    Case(personas.describe(persona.features), goal.text, seed)
    for seed, (persona, goal) in enumerate(zip(personas.load_listed()[:8], goals.load_listed(), strict=False), start=1)
)
"""Eight dialogues of different people with different goals."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that both speakers have said."""

    utterance: str
    response: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A model's outputs with a prompt set, two in a row for each case, and the seconds that all of them took.

    ``limit`` is the most tokens of an output.
    """

    candidate: Candidate
    spoken: tuple[tuple[Spoken, ...], ...]
    seconds: float
    limit: int

    @property
    def outputs(self) -> list[Output]:
        return [output for case in self.spoken for each in case for output in each.outputs]

    @property
    def answers(self) -> list[str]:
        """Return the text of each case's first output; NO_ANSWER if it cannot be used."""
        return [case[0].text or NO_ANSWER for case in self.spoken]


async def try_responder(spec: ModelSpec, model: ChatModel, candidate: Candidate, limit: int) -> Trial:
    """Let the model answer each goal itself, and then FOLLOW_UP, with at most ``limit`` tokens or those of models.toml."""
    most = min(limit, table_of(spec, candidate).max_tokens)

    async def play(case: Case) -> tuple[Spoken, ...]:
        speaker = _speaker(spec, model, candidate, case, most)
        first = await speaker.speak(responder_history(speaker.opening, (), case.goal), 0)
        past = [Turn(case.goal, first.text or NO_ANSWER)]
        return first, await speaker.speak(responder_history(speaker.opening, past, FOLLOW_UP), 1)

    return await _timed(candidate, [play(case) for case in CASES], most)


async def try_inquirer(
    spec: ModelSpec, model: ChatModel, candidate: Candidate, answers: Sequence[str], limit: int
) -> Trial:
    """Let the model ask, receive the case's answer, and ask again, with at most ``limit`` tokens or those of models.toml.

    If the first output cannot be used, the goal takes its place, so that there are second outputs to judge.
    """
    prompts, most = candidate.prompts, min(limit, table_of(spec, candidate).max_tokens)
    if not isinstance(prompts, PromptSet):
        raise TypeError(f"The prompt set {candidate.reference!r} is not for inquirers.")

    async def play(case: Case, answer: str) -> tuple[Spoken, ...]:
        speaker, open_with = _speaker(spec, model, candidate, case, most), partial(inquirer_history, prompts)
        first = await speaker.speak(open_with(case.persona, case.goal, ()), 0)
        past = [Turn(first.text or case.goal, answer)]
        return first, await speaker.speak(open_with(case.persona, case.goal, past), 1)

    return await _timed(candidate, [play(*each) for each in zip(CASES, answers, strict=True)], most)


async def choose_limit(spec: ModelSpec, model: ChatModel, candidate: Candidate) -> int:
    """Return the most tokens of an output. One short question shows whether the model thinks before it answers."""
    case = CASES[0]
    speaker = _speaker(spec, model, candidate, case, LIMIT)
    spoken = await speaker.speak(responder_history(speaker.opening, (), case.goal), 0)
    is_thinking = any(output.reply.thoughts for output in spoken.outputs)
    return THINKING_LIMIT if is_thinking else LIMIT


def table_of(spec: ModelSpec, candidate: Candidate) -> SpeakerTable:
    """Return the settings of the model as the candidate's speaker; the defaults if models.toml has none."""
    if isinstance(candidate.prompts, PromptSet):
        return spec.inquirer or InquirerTable()
    return spec.responder or ResponderTable()


async def _timed(candidate: Candidate, plays: Iterable[Coroutine[None, None, tuple[Spoken, ...]]], limit: int) -> Trial:
    """Play all cases at once. Raises the first BackendError, and asks the model for no more."""
    begun = perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            playing = [group.create_task(play) for play in plays]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return Trial(candidate, tuple(each.result() for each in playing), perf_counter() - begun, limit)


def _speaker(spec: ModelSpec, model: ChatModel, candidate: Candidate, case: Case, limit: int) -> Speaker:
    table = table_of(spec, candidate)
    sampling: Sampling = replace(spec.sampling_for(table), max_tokens=limit)
    seed = partial(sampler_seed, case.seed, "", case.goal, candidate.prompts.speaker)
    return make_speaker(
        model,
        candidate.prompts,
        candidate.fit,
        sampling=sampling,
        coherence=table.coherence,
        seed=seed,
        conversation=f"doctor-{candidate.reference}-{case.seed}",
    )
