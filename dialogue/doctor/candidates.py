"""The prompt sets that the doctor tries with a model."""

from dataclasses import dataclass

from dialogue.backends import registry
from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.fitting import Fit
from dialogue.model_config import ModelSpec, ResponderTable
from dialogue.prompts import AnyPrompts, NamedPrompts, inquirers, load_responder

_PAPERS = "llama-2"
"""The paper's prompt set for models that are not in the paper."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A prompt set that the model can play, and how its messages reach the model."""

    reference: str
    prompts: AnyPrompts
    fit: Fit


@dataclass(frozen=True, slots=True)
class Refusal:
    """A prompt set that the model cannot play, and why, in a sentence."""

    reference: str
    why: str


def find_candidates(spec: ModelSpec, chosen: NamedPrompts | None = None) -> tuple[list[Candidate], list[Refusal]]:
    """Return the prompt sets for this model as inquirer, in the order of preference.

    The first is ``chosen`` or the one that models.toml names; plain, json and the paper's follow.
    """
    first = [chosen.reference] if chosen else [spec.inquirer.prompts] if spec.inquirer else []
    papers = spec.template if spec.template in inquirers() else _PAPERS
    known: dict[str, AnyPrompts] = {**inquirers(), **({chosen.reference: chosen.prompts} if chosen else {})}
    return _sort_out(spec, [(name, known[name]) for name in dict.fromkeys([*first, "plain", "json", papers])])


def find_responder(spec: ModelSpec) -> tuple[list[Candidate], list[Refusal]]:
    """Return the prompts for this model as responder, as the only candidate or the only refusal."""
    name = (spec.responder or ResponderTable()).prompts
    return _sort_out(spec, [(name, load_responder(name))])


def _sort_out(spec: ModelSpec, named: list[tuple[str, AnyPrompts]]) -> tuple[list[Candidate], list[Refusal]]:
    """Render every kind of history of each prompt set; a set that would lose a message is refused."""
    candidates: list[Candidate] = []
    refusals: list[Refusal] = []
    for name, prompts in named:
        try:
            candidates.append(Candidate(name, prompts, registry.fit_prompts(spec, prompts)))
        except ModelMisconfigured as error:
            refusals.append(Refusal(name, str(error)))
    return candidates, refusals
