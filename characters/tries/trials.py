"""A trial of the elicitations: one question to a character, answered by each model in each of them. Nothing is stored.

Its state travels with the page from answer to answer, signed. So any web process can ask for the next one.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.conf import settings
from django.core import signing
from pydantic import BaseModel, ConfigDict, ValidationError

from characters.asking import describe_asked
from characters.benchmarks.answer_requests import PAPERS
from characters.models import Character
from characters.profiles import as_elicited, language_of, pairs_of
from characters.refusals import CharacterRefused
from dialogue.backends.base import BackendError, Heard, ModelMisconfigured, Reply, Sampling
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from dialogue.seeds import sampler_seed
from dialogue.system_text import place_system
from rolellm.cleaning import Reason, faults, strip_name
from rolellm.elicitation import ELICITATIONS, Elicitation, elicit
from rolellm.pairs import Demonstrations, Retrieved
from studies.language_models.identities import find_well_described
from studies.language_models.keys import without_keys
from studies.language_models.tried_models import (
    MOST_WAITS,
    PATIENCE,
    Busy,
    TriedModels,
    ask_with,
    refuse_workers_model,
)

_SALT, _OLDEST = "elicitation-trial", 3600


class Trial(BaseModel):
    """A trial between two answers. ``position`` counts the answers so far, ``waits`` those to a model that is still loading."""

    model_config = ConfigDict(frozen=True)

    character: str
    models: tuple[str, ...]
    question: str
    seed: int
    position: int = 0
    waits: int = 0

    @property
    def model(self) -> str:
        return self.models[self.position // len(ELICITATIONS)]

    @property
    def elicitation(self) -> Elicitation:
        return ELICITATIONS[self.position % len(ELICITATIONS)]

    @property
    def following(self) -> "Trial | None":
        """Return the trial after this answer; None if it was the last."""
        position = self.position + 1
        is_over = position >= len(self.models) * len(ELICITATIONS)
        return None if is_over else self.model_copy(update={"position": position, "waits": 0})

    @property
    def state(self) -> str:
        """Return the trial as a token for the page."""
        return signing.dumps(self.model_dump(mode="json"), salt=_SALT, compress=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is asked: the messages as it receives them, and the sampling."""

    spec: ModelSpec
    messages: tuple[Message, ...]
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as the page shows it, or ``raw`` as far as it got, or a sentence if there is none; ``next`` continues."""

    trial: Trial
    asked: Asked | None = None
    reply: Reply | None = None
    text: str = ""
    faults: tuple[Reason, ...] = ()
    raw: str = ""
    sentence: str = ""
    next: Trial | None = None


def begin_trial(character: Character, models: tuple[str, ...], question: str, seed: int) -> Trial:
    """Return a trial. Raises CharacterRefused without a description, ModelMisconfigured if a model cannot be asked here."""
    if not character.description.strip():
        raise CharacterRefused(f"{character.name} has no description, which models need to play it. Write one first.")
    trial = Trial(character=character.token, models=models, question=question, seed=seed)
    for name in models:
        refuse_workers_model(find_well_described(settings.MODELS_FILE, name))
        describe_asked(settings.MODELS_FILE, name, PAPERS)
    return trial


def read_trial(state: str) -> Trial | None:
    """Return the trial of a token; None if it is not one of this site's, of another version of the software, or an hour old."""
    try:
        return Trial.model_validate(signing.loads(state, salt=_SALT, max_age=_OLDEST))
    except (signing.BadSignature, ValidationError):
        return None


def retrieve(character: Character, question: str) -> list[Retrieved]:
    """Return the pairs that demonstrate the character for the question, best first."""
    return Demonstrations(pairs_of(character), language_of(character)).best(question)


def prepare(trial: Trial, character: Character) -> Asked:
    """Return what the model is asked next. Raises ModelMisconfigured."""
    described = describe_asked(settings.MODELS_FILE, trial.model, PAPERS)
    pairs = [] if trial.elicitation == "zero-shot" else retrieve(character, trial.question)
    messages = elicit(trial.elicitation, as_elicited(character), trial.question, [each.pair for each in pairs])
    seed = sampler_seed(trial.seed, character.name, trial.question, "responder", 0, 0)
    return Asked(
        find_well_described(settings.MODELS_FILE, trial.model),
        tuple(place_system(messages, described["system"])),
        replace(PAPERS, seed=seed, today=date.fromisoformat(described["date"])),
    )


async def ask_here(trial: Trial, asked: Asked, character: Character) -> Shown:
    """Ask for the next answer with the models of this process."""
    return await ask_with(partial(ask_next, trial, asked, character))


async def ask_next(
    trial: Trial, asked: Asked, character: Character, models: TriedModels, patience: float = PATIENCE
) -> Shown:
    """Ask for the next answer of the trial, for at most ``patience`` seconds."""
    heard: list[Heard] = []
    try:
        async with asyncio.timeout(patience):
            reply = await _say(asked, models, heard)
    except Busy:
        return Shown(trial, sentence="Another trial is in progress. This one will continue after it.", next=trial)
    except TimeoutError:
        return _interrupted(trial, asked, heard[0].raw if heard else "", patience)
    except ModelMisconfigured as error:
        return Shown(trial, sentence=without_keys(str(error)))
    except BackendError as error:
        return Shown(trial, asked, sentence=without_keys(str(error)), next=trial.following)
    found = faults(reply.text, character.name, is_machine=character.is_machine)
    return Shown(trial, asked, reply, strip_name(reply.text, character.name), tuple(found), next=trial.following)


async def _say(asked: Asked, models: TriedModels, heard: list[Heard]) -> Reply:
    async with models.lend(asked.spec) as model:
        stream = model.stream(asked.messages, asked.sampling, conversation="")
        heard.append(stream.heard)
        return await stream.whole()


def _interrupted(trial: Trial, asked: Asked, raw: str, patience: float) -> Shown:
    """Wait for a model that is still loading; a slow answer is shown as far as it got."""
    if raw:
        words = f"The answer was not complete after {patience:.0f} seconds. Answers to a benchmark have no such limit."
        return Shown(trial, asked, raw=raw, sentence=words, next=trial.following)
    if trial.waits >= MOST_WAITS:
        return Shown(
            trial, sentence=f"Model {trial.model!r} has not begun to answer. Check its server, or try another model."
        )
    waiting = trial.model_copy(update={"waits": trial.waits + 1})
    return Shown(trial, sentence=f"Model {trial.model!r} has not begun to answer yet.", next=waiting)
