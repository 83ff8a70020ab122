"""A try of a prompt set: two turns with real models, of which nothing is stored.

Its state travels with the page from output to output, signed. So any web process can ask for the next one, and a page that is
closed leaves nothing behind.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core import signing
from pydantic import BaseModel, ConfigDict, ValidationError

from dialogue.backends.base import BackendError, ChatModel, Heard, ModelMisconfigured
from dialogue.model_config import ModelSpec
from dialogue.outputs import Output
from dialogue.prompt_file import write_prompts
from dialogue.prompts import AnyPrompts, NamedPrompts, PromptSet, parse
from dialogue.roleplay import inquirer_history, responder_history
from dialogue.seeds import SPEAKERS, SpeakerName, sampler_seed
from dialogue.speakers import History, Speaker
from simulation.prompt_sets.characters import TriedRole, played_by
from simulation.prompt_sets.scene import Scene
from simulation.prompt_sets.verdicts import Verdict, judge
from studies.language_models.identities import build_speaker, built_in, describe_speaker, find_spec
from studies.language_models.keys import without_keys
from studies.language_models.tried_models import MOST_WAITS, PATIENCE, Busy, TriedModels, ask_with, refuse_workers_model

TURNS = 2
_SALT, _OLDEST = "prompt-set-try", 3600
_DRAFT = "this set"


class TriedTurn(BaseModel):
    """A turn of a try; without a response it is in progress."""

    utterance: str
    response: str = ""
    is_last: bool = False


class Try(BaseModel):
    """A try between two outputs: what it is made with, the turns so far, and the utterance that waits for its response.

    ``roles`` are the characters that speakers play.
    """

    model_config = ConfigDict(frozen=True)

    texts: dict[SpeakerName, str]
    models: dict[SpeakerName, str]
    code: str
    persona: str
    goal: str
    seed: int
    roles: dict[SpeakerName, TriedRole] = {}
    past: tuple[TriedTurn, ...] = ()
    pending: TriedTurn | None = None
    waits: int = 0

    @property
    def speaker(self) -> SpeakerName:
        """Return who speaks next."""
        return "responder" if self.pending else "inquirer"

    @property
    def model(self) -> str:
        return self.models[self.speaker]

    @property
    def prompts(self) -> AnyPrompts:
        """Return the prompt set of who speaks next, with its character if it plays one."""
        played = self.roles.get(self.speaker)
        return played_by(parse(self.texts[self.speaker]), played.role if played else None)

    @property
    def character(self) -> str:
        """Return the name of the character that speaks next; empty for none."""
        return self.roles[self.speaker].name if self.speaker in self.roles else ""

    @property
    def turn(self) -> int:
        """Return the number of the turn in progress, from 1."""
        return len(self.past) + 1

    @property
    def is_over(self) -> bool:
        return not self.pending and (len(self.past) == TURNS or any(turn.is_last for turn in self.past))

    @property
    def state(self) -> str:
        """Return the try as a token for the page."""
        return signing.dumps(self.model_dump(mode="json"), salt=_SALT, compress=True)


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of asking for one output: its verdict, or ``raw`` as far as it got, and a sentence if the try ends or waits.

    ``next`` is the try that continues; None if it is over.
    """

    attempt: Try
    verdict: Verdict | None = None
    raw: str = ""
    sentence: str = ""
    next: Try | None = None


def begin_try(prompts: AnyPrompts, scene: Scene) -> Try:
    """Return a try of ``prompts``; the other speaker's set is the one that models.toml names for its model.

    Raises ModelMisconfigured if a model is missing, cannot play its set, or must not be loaded here.
    """
    texts: dict[SpeakerName, str] = {}
    models: dict[SpeakerName, str] = {}
    for speaker in SPEAKERS:
        spec = scene.models[speaker]
        if spec is None:
            raise ModelMisconfigured(f"No model in models.toml can be the {speaker}. Add one.")
        refuse_workers_model(spec)
        texts[speaker] = write_prompts(prompts if speaker == prompts.speaker else _configured(spec, speaker))
        models[speaker] = spec.name
        played = played_by(parse(texts[speaker]), scene.roles.get(speaker))
        describe_speaker(settings.MODELS_FILE, spec.name, speaker, NamedPrompts(_DRAFT, played))
    roles = {speaker: TriedRole.of(role) for speaker, role in scene.roles.items()}
    return Try(
        texts=texts,
        models=models,
        roles=roles,
        code=scene.code,
        persona=scene.persona,
        goal=scene.goal,
        seed=scene.seed,
    )


def read_try(state: str) -> Try | None:
    """Return the try of a token; None if it is not one of this site's, of another version of the software, or an hour old."""
    try:
        return Try.model_validate(signing.loads(state, salt=_SALT, max_age=_OLDEST))
    except (signing.BadSignature, ValidationError):
        return None


async def ask_next(attempt: Try, models: TriedModels, patience: float = PATIENCE) -> Tried:
    """Ask for the next output of the try, for at most ``patience`` seconds."""
    heard: list[Heard] = []
    try:
        async with asyncio.timeout(patience):
            verdict = await _ask(attempt, models, heard)
    except Busy:
        return Tried(attempt, sentence="Another trial is in progress. This one will continue after it.", next=attempt)
    except TimeoutError:
        return _interrupted(attempt, heard[0].raw if heard else "", patience)
    except BackendError as error:
        return Tried(attempt, sentence=without_keys(str(error)))
    return _continued(attempt, verdict)


async def ask_here(attempt: Try) -> Tried:
    """Ask for the next output with the models of this process."""
    return await ask_with(partial(ask_next, attempt))


async def _ask(attempt: Try, models: TriedModels, heard: list[Heard]) -> Verdict:
    prompts = attempt.prompts
    spec, _ = find_spec(settings.MODELS_FILE, attempt.model, attempt.speaker)
    async with models.lend(spec) as model:
        speaker = await asyncio.to_thread(_speaker, attempt, prompts, model)
        history = _history(attempt, prompts)
        async with aclosing(speaker.stream(history, attempt.turn - 1, listen=heard.append)) as pieces:
            output = [piece async for piece in pieces][-1]
    assert isinstance(output, Output), "a speaker's stream ends with its output"  # noqa: S101
    return judge(output, prompts, speaker)


def _speaker(attempt: Try, prompts: AnyPrompts, model: ChatModel) -> Speaker:
    name = attempt.speaker
    spec, table = find_spec(settings.MODELS_FILE, attempt.model, name)
    described = describe_speaker(settings.MODELS_FILE, attempt.model, name, NamedPrompts(_DRAFT, prompts))
    seed = partial(sampler_seed, attempt.seed, attempt.code, attempt.goal, name)
    return build_speaker(spec, table, described, prompts, model, seed, "")


def _history(attempt: Try, prompts: AnyPrompts) -> History:
    if isinstance(prompts, PromptSet):
        return inquirer_history(prompts, attempt.persona, attempt.goal, attempt.past)
    assert attempt.pending is not None, "the responder speaks after the inquirer"  # noqa: S101
    return responder_history(prompts.open(), attempt.past, attempt.pending.utterance)


def _continued(attempt: Try, verdict: Verdict) -> Tried:
    checked = verdict.output.checked
    if attempt.pending and checked.status == "said":
        turn = attempt.pending.model_copy(update={"response": checked.text})
        following = attempt.model_copy(update={"past": (*attempt.past, turn), "pending": None, "waits": 0})
    elif checked.text:
        pending = TriedTurn(utterance=checked.text, is_last=checked.status == "stop")
        following = attempt.model_copy(update={"pending": pending, "waits": 0})
    else:
        return Tried(attempt, verdict, sentence="The dialogue ends here.")
    if following.is_over:
        return Tried(attempt, verdict, sentence="The trial is complete. Nothing was stored.")
    return Tried(attempt, verdict, next=following)


def _interrupted(attempt: Try, raw: str, patience: float) -> Tried:
    """Wait for a model that is still loading; a slow output is shown as far as it got."""
    if raw:
        words = f"The output was not complete after {patience:.0f} seconds. A run has no such limit."
        return Tried(attempt, raw=raw, sentence=words)
    if attempt.waits >= MOST_WAITS:
        return Tried(
            attempt,
            sentence=f"Model {attempt.model!r} has not begun to answer. Check its server, or start a run instead.",
        )
    waiting = attempt.model_copy(update={"waits": attempt.waits + 1})
    return Tried(attempt, sentence=f"Model {attempt.model!r} has not begun to answer yet.", next=waiting)


def _configured(spec: ModelSpec, speaker: SpeakerName) -> AnyPrompts:
    return built_in(getattr(spec, speaker).prompts, speaker).prompts
