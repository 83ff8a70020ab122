"""Characters of RoleLLM in runs and branches."""

from collections.abc import Mapping
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.prompts import NamedPrompts
from dialogue.seeds import SPEAKERS, SpeakerName
from rolellm.elicitation import ELICITATIONS, Elicitation
from rolellm.role_play import UnsuitablePrompts
from simulation.requests import RequestError, RunRequest, limit_features
from studies.models import CharacterSheet, Dialogue, Persona, Study
from studies.questions.sentences import write_sentence
from studies.recorded_roles import ROLE, recorded_role
from studies.roles import RESPONDERS_WAY, assign_role, with_sample_role

ELICITATION, RESPONDER = "elicitation", "responder_character"
"""Keys of a run's configuration. Runs without characters lack them, so that their identity stays what it was."""
PERSONA_TEMPLATE = "persona_template"
"""Key of a run's configuration for the study's own template; runs of studies with the paper's sentence lack it, likewise."""
DEFAULT: Elicitation = "dialogue"
"""RoleGPT proper."""


def chosen_roles(study: Study, request: RunRequest) -> dict[str, str]:
    """Return what a run's configuration says about characters; {} for a run without any. Raises RequestError."""
    found = {}
    if _plays_characters(study, request):
        if request.features != "all":
            raise RequestError("Characters have no persona features to limit. Leave the features at “all”.", "features")
        found[ELICITATION] = request.elicitation or DEFAULT
    elif request.elicitation:
        raise RequestError(
            "Elicitations apply to characters, but these personas are people. Choose “characters” as the personas.",
            "elicitation",
        )
    if request.responder_character:
        found[RESPONDER] = _known_character(study, request.responder_character)
    return found


def kept_roles(configuration: Mapping[str, Any]) -> dict[str, str]:
    """Return what another dialogue's ``configuration`` says about characters."""
    return {key: configuration[key] for key in (ELICITATION, RESPONDER) if key in configuration}


def roles_of(sides: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return what a run's configuration would say about the characters that imported dialogues record."""
    asked, answered = (recorded_role(sides[speaker]) for speaker in SPEAKERS)
    of_inquirer = {ELICITATION: str(asked["elicitation"])} if "elicitation" in asked else {}
    return of_inquirer | ({RESPONDER: str(answered["name"])} if "name" in answered else {})


def way_of(configuration: Mapping[str, Any], speaker: SpeakerName) -> Elicitation | None:
    """Return how the speaker's character is elicited; None if the speaker is no character."""
    if speaker == "responder":
        return RESPONDERS_WAY if RESPONDER in configuration else None
    return next((way for way in ELICITATIONS if way == configuration.get(ELICITATION)), None)


def fitted_prompts(named: NamedPrompts, speaker: SpeakerName, configuration: Mapping[str, Any]) -> NamedPrompts:
    """Return the prompt set with all kinds of messages that the speaker reads. Raises ModelMisconfigured."""
    way = way_of(configuration, speaker)
    try:
        return with_sample_role(named, way) if way else named
    except UnsuitablePrompts as error:
        raise ModelMisconfigured(str(error)) from error


def sheets_of(configuration: Mapping[str, Any], persona: Persona) -> dict[SpeakerName, CharacterSheet]:
    """Return the characters that play in a dialogue with this ``persona``, by speaker."""
    found: dict[SpeakerName, CharacterSheet] = {}
    if persona.character:
        found["inquirer"] = persona.character
    if name := configuration.get(RESPONDER):
        found["responder"] = CharacterSheet.objects.get(study=persona.study_id, name=name)
    return found


def recorded_roles(dialogue: Dialogue | None) -> dict[SpeakerName, dict[str, Any]]:
    """Return the roles that a dialogue records, by speaker."""
    if dialogue is None:
        return {}
    found: dict[SpeakerName, dict[str, Any]] = {
        "inquirer": recorded_role(dialogue.inquirer),
        "responder": recorded_role(dialogue.responder),
    }
    return {speaker: record for speaker, record in found.items() if record}


def new_records(
    configuration: Mapping[str, Any], sheets: Mapping[SpeakerName, CharacterSheet], goal: str
) -> dict[SpeakerName, dict[str, Any]]:
    """Return what a dialogue about ``goal`` records of its characters, by speaker."""
    ways = {speaker: way_of(configuration, speaker) or DEFAULT for speaker in sheets}
    return {speaker: assign_role(sheet, ways[speaker], goal).record for speaker, sheet in sheets.items()}


def described(configuration: Mapping[str, Any], speaker: SpeakerName, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a dialogue holds of the speaker: the model's description and, if it plays a character, its role."""
    played: dict[str, Any] = configuration[speaker]
    return played | {ROLE: dict(record)} if record else played


def sentence_of(persona: Persona, features: str, template: str) -> str:
    """Return what a prompt set calls the persona: the sentence of a person with these features, as the
    study's ``template`` words it, or a character's name."""
    if persona.character:
        return persona.character.name
    return write_sentence(template, limit_features(persona.features, features))


def _plays_characters(study: Study, request: RunRequest) -> bool:
    """Return whether the requested personas are characters. Raises RequestError if only some are."""
    if isinstance(request.personas, str):
        return request.personas == "characters"
    chosen = study.personas.filter(code__in=request.personas)
    characters = chosen.filter(source=Persona.Source.CHARACTER).count()
    if 0 < characters < chosen.count():
        raise RequestError("A run plays either characters or people. Request a separate run for each.", "personas")
    return characters > 0


def _known_character(study: Study, name: str) -> str:
    names = list(study.character_sheets.values_list("name", flat=True))
    if name not in names:
        known = f"Choose from: {', '.join(names)}." if names else "Add one to the study first."
        raise RequestError(f"Study {study.slug!r} has no character {name!r}. {known}", "responder_character")
    return name
