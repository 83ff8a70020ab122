"""The configuration of a branch: its parent's, with what the request changes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.prompts import NamedPrompts
from dialogue.seeds import SPEAKERS, SpeakerName
from simulation.branches.origins import Origin
from simulation.branches.requests import BranchRequest
from simulation.casting import refuse_changed
from simulation.requests import RequestError
from simulation.run_prompts import choose_prompts, frozen_texts, refuse_marks_within
from simulation.services import describe_choice
from studies.models import Goal


def configure(origin: Origin, request: BranchRequest, goal: Goal, models_file: Path) -> dict[str, Any]:
    """Return the branch's configuration. Raises RequestError."""
    named = {speaker: getattr(request, f"{speaker}_prompts") for speaker in SPEAKERS}
    chosen = choose_prompts(named)
    speakers = {speaker: _speaker(origin, request, speaker, chosen, models_file) for speaker in SPEAKERS}
    texts = _kept_texts(origin, speakers) | frozen_texts(chosen).get("prompt_sets", {})
    limits = {"max_turns": request.max_turns or origin.max_turns, "features": origin.features}
    configuration = speakers | limits | origin.roles | ({"prompt_sets": texts} if texts else {})
    refuse_marks_within(configuration, [goal])
    return configuration


def _speaker(
    origin: Origin,
    request: BranchRequest,
    speaker: SpeakerName,
    chosen: Mapping[SpeakerName, NamedPrompts],
    models_file: Path,
) -> dict[str, Any]:
    name: str = getattr(request, speaker)
    if name:
        return describe_choice(name, speaker, chosen.get(speaker), models_file, origin.roles)
    played = _played(origin, speaker)
    _refuse_changed(origin, speaker, models_file)
    if speaker not in chosen:
        return played
    now = describe_choice(played["model"], speaker, chosen[speaker], models_file, origin.roles)
    return now | {"date": played["date"]} if "date" in played else now


def _played(origin: Origin, speaker: SpeakerName) -> dict[str, Any]:
    """Return the description of the model that played this speaker. Raises RequestError if none of this site did."""
    played = origin.described(speaker)
    if played is None:
        who = "comes from a file" if origin.is_imported else "was played by a person"
        raise RequestError(
            f"The {speaker} of this dialogue {who}. Choose the model that continues as {speaker}.", speaker
        )
    return played


def _refuse_changed(origin: Origin, speaker: SpeakerName, models_file: Path) -> None:
    """Raise RequestError if the model is gone, or is no longer the one that played this speaker."""
    try:
        refuse_changed(models_file, dict(origin.configuration), speaker)
    except ModelMisconfigured as error:
        raise RequestError(str(error), speaker) from error


def _kept_texts(origin: Origin, speakers: Mapping[SpeakerName, Mapping[str, Any]]) -> dict[str, str]:
    """Return the texts of the stored prompt sets that speakers keep from the parent, by reference."""
    references = [described["prompts"] for described in speakers.values()]
    return {reference: text for reference in references if (text := origin.prompt_text(reference))}
