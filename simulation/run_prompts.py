"""The prompt sets of a run. A stored one is frozen in the run's configuration, text included."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from dialogue import prompts
from dialogue.backends.base import ModelMisconfigured
from dialogue.prompts import AnyPrompts, NamedPrompts, PromptSet
from dialogue.seeds import SpeakerName
from simulation.requests import RequestError, RunRequest
from studies.language_models.identities import built_in
from studies.models import Goal
from studies.prompt_sets.library import find_prompts, text_of


def chosen_prompts(request: RunRequest) -> dict[SpeakerName, NamedPrompts]:
    """Return the prompt sets that the request names, by speaker. Raises RequestError."""
    return choose_prompts({"inquirer": request.inquirer_prompts, "responder": request.responder_prompts})


def choose_prompts(references: Mapping[SpeakerName, str]) -> dict[SpeakerName, NamedPrompts]:
    """Return the prompt sets by speaker, without those of empty references. Raises RequestError."""
    chosen: dict[SpeakerName, NamedPrompts] = {}
    for speaker, reference in references.items():
        try:
            chosen |= {speaker: find_prompts(reference, speaker)} if reference else {}
        except LookupError as error:
            raise RequestError(str(error.args[0]), f"{speaker}_prompts") from error
    return chosen


def frozen_texts(chosen: Mapping[SpeakerName, NamedPrompts]) -> dict[str, dict[str, str]]:
    """Return what a run's configuration holds of stored prompt sets: their texts by reference. Built-in ones never change."""
    texts = {each.reference: text for each in chosen.values() if (text := text_of(each.reference))}
    return {"prompt_sets": texts} if texts else {}


def prompts_of(configuration: Mapping[str, Any], speaker: SpeakerName) -> NamedPrompts:
    """Return the prompt set with which this ``speaker`` of a run plays.

    Raises ModelMisconfigured if a built-in one is gone, or if the run was not simulated here and does not record it.
    """
    reference = configuration[speaker].get("prompts")
    if reference is None:
        raise ModelMisconfigured(f"This run does not record the prompt set of its {speaker}. Start a new run.")
    text = configuration.get("prompt_sets", {}).get(reference)
    return NamedPrompts(reference, _parse(text)) if text else built_in(reference, speaker)


def prompt_set_of(configuration: Mapping[str, Any]) -> PromptSet:
    """Return the inquirer's prompt set. Raises ModelMisconfigured."""
    found = prompts_of(configuration, "inquirer").prompts
    if not isinstance(found, PromptSet):
        raise ModelMisconfigured("The run's prompt set is for responders. Start a new run with one for inquirers.")
    return found


def refuse_marks_within(configuration: Mapping[str, Any], goals: Iterable[Goal]) -> None:
    """Raise RequestError if a goal contains a mark between which the prompt set reads the utterance.

    A model that repeats the goal would then seem to end its utterance there.
    """
    marks = prompt_set_of(configuration).reading.marks
    found = next(((goal, mark) for goal in goals for mark in marks if mark in goal.text), None)
    if found:
        goal, mark = found
        reference = configuration["inquirer"]["prompts"]
        raise RequestError(
            f"{goal} contains the mark {mark!r}, which the prompt set {reference!r} uses to find the utterance. Choose another"
            " prompt set, or leave this goal out.",
            "inquirer_prompts",
        )


@lru_cache(maxsize=64)
def _parse(text: str) -> AnyPrompts:
    """Parse once: a worker needs the same version for every dialogue."""
    return prompts.parse(text)
