"""Problems and warnings about a plan before it is opened, in sentences that name the run."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.formats import date_format

from dialogue.backends.base import ModelMisconfigured
from evaluation.inquirers import name_inquirer
from evaluation.pairing import Pairing
from evaluation.planning.candidates import Candidates, RunCells
from studies.language_models.descriptions import without_notes
from studies.language_models.identities import describe_speaker
from studies.models import Study
from studies.recorded_roles import recorded_role

Speaker = Mapping[str, Any]
_PLAYS = "plays"
"""Key of the character that a speaker plays; empty for none."""
"""The description of a responder: its model, file hash and settings."""


def find_problems(candidates: Candidates, pairing: Pairing) -> list[str]:
    """Return why there is nothing sensible to judge."""
    if not candidates.runs:
        return ["No run is chosen. Choose at least one."]
    if not pairing.natural:
        return ["The study has no natural dialogues that can be judged yet. Collect or import some."]
    elsewhere = [cells for cells in candidates.runs if not cells.person_goals & _person_goals(pairing)]
    if elsewhere:
        return [
            f"{_name(cells)} has no personas and goals in common with the natural dialogues. Leave it out, or simulate the "
            "study's participants and goals."
            for cells in elsewhere
        ]
    return [] if pairing.pairs else ["There are no pairs. See below which dialogues were excluded and why."]


def find_warnings(study: Study, candidates: Candidates, pairing: Pairing, models_file: Path) -> list[str]:
    """Return warnings about possible mistakes that do not prevent opening."""
    chatbots = _chatbots(candidates, pairing)
    is_one = not any(dialogue.condition for dialogue in pairing.natural)
    warnings = [*(_about_chatbots(chatbots) if is_one else ()), *_about_models(candidates.runs)]
    for cells in candidates.runs:
        warnings += _about_cells(cells, _person_goals(pairing))
    try:
        described = describe_speaker(models_file, study.chatbot, "responder")
        reference = chatbots or [described | {_PLAYS: study.chatbot_character}]
    except ModelMisconfigured as error:
        return [
            *warnings,
            f"The study's chatbot {study.chatbot!r} cannot be compared with the runs' responders. {error}",
        ]
    return warnings + [sentence for cells in candidates.runs if (sentence := _about_responder(cells, reference))]


def _about_cells(cells: RunCells, natural: frozenset[tuple[str, int]]) -> Iterator[str]:
    if cells.finished < cells.cells:
        yield f"{_name(cells)} is unfinished: {cells.finished} of {cells.cells} dialogues have ended."
    missing = natural - cells.person_goals
    if missing and len(missing) < len(natural):
        yield (
            f"{_name(cells)} does not cover {len(missing)} of the {len(natural)} natural dialogues' personas and goals."
        )


def _about_models(runs: Sequence[RunCells]) -> Iterator[str]:
    for model, count in Counter(name_inquirer(one.run.inquirer, one.run.elicitation) for one in runs).items():
        if count > 1:
            yield f"{count} of the runs use inquirer {model}. They count as one model; one dialogue is drawn for each pair."


def _about_chatbots(chatbots: Sequence[Speaker]) -> Iterator[str]:
    versions = Counter((chatbot.get("model"), chatbot.get("fingerprint")) for chatbot in chatbots)
    if len(versions) > 1:
        names = ", ".join(f"{model} ({(fingerprint or 'unknown')[:8]})" for model, fingerprint in versions)
        yield f"The natural dialogues used {len(versions)} different chatbots: {names}."
    elif len(chatbots) > 1:
        yield "The settings of the chatbot changed between the natural dialogues."


def _about_responder(cells: RunCells, reference: Sequence[Speaker]) -> str:
    """Return how the run's responder differs from every chatbot of the natural dialogues; empty if it is one of them."""
    answered = (cells.run.configuration.get("responder") or {}) | {_PLAYS: cells.run.responder_character}
    differences = [_difference(answered, chatbot) for chatbot in reference]
    return "" if "" in differences else f"{_name(cells)}: {differences[0]}."


def _difference(answered: Speaker, chatbot: Speaker) -> str:
    model, name = answered.get("model", ""), chatbot.get("model", "")
    if not model or not name:
        return "its responder was not recorded" if not model else f"its responder is {model}"
    if model != name:
        return f"its responder is {model}, but participants chatted with {name}"
    fingerprints = answered.get("fingerprint"), chatbot.get("fingerprint")
    if None in fingerprints:
        return f"the version of its responder {model} was not recorded, so participants may have chatted with another version"
    if fingerprints[0] != fingerprints[1]:
        return (
            f"its responder is a different version of {model} from the one that participants chatted with: "
            "the file hashes differ"
        )
    if answered[_PLAYS] != chatbot[_PLAYS]:
        played, chatted = (
            f"plays {one[_PLAYS]}" if one[_PLAYS] else "plays no character" for one in (answered, chatbot)
        )
        return f"its responder {played}, but the participants' chatbot {chatted}"
    settings = [key for key, value in without_notes(chatbot).items() if key in answered and answered[key] != value]
    return (
        f"its responder {model} had different settings from the participants' chatbot: {', '.join(settings)}"
        if settings
        else ""
    )


def _chatbots(candidates: Candidates, pairing: Pairing) -> list[Speaker]:
    """Return the different recorded chatbots of the natural dialogues that may be judged."""
    chatbots: list[Speaker] = []
    for dialogue in pairing.natural:
        responder = candidates.responders[dialogue.id]
        chatbot = without_notes(responder) | {_PLAYS: recorded_role(responder).get("name", "")}
        if chatbot.get("model") and chatbot not in chatbots:
            chatbots.append(chatbot)
    return chatbots


def _person_goals(pairing: Pairing) -> frozenset[tuple[str, int]]:
    return frozenset((dialogue.person, dialogue.goal) for dialogue in pairing.natural)


def _name(cells: RunCells) -> str:
    return f"The run of inquirer {cells.run.inquirer} from {date_format(cells.run.created_at, 'j M Y, H:i')} UTC"
