"""What a prompt set is previewed and tried with: a persona, a goal, the models of both speakers, and a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from dialogue import goals, personas
from dialogue.model_config import ModelSpec
from dialogue.seeds import SPEAKERS, SpeakerName
from rolellm.elicitation import ELICITATIONS, Elicitation
from rolellm.role_play import Role
from simulation.roles import DEFAULT
from studies.language_models.catalogue import name_with_shortcoming, read_catalogue
from studies.models import CharacterSheet, Study
from studies.presentation import persona_sentence
from studies.roles import ELICITATION_CHOICES, RESPONDERS_WAY, assign_role

PAPERS = "the paper’s personas and goals"
MOST_PERSONAS = 200
"""Number of a study's personas that are offered."""
SEED, LARGEST_SEED = 73, 2**31 - 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of the scene, with the values and words to choose from; ``value`` is the chosen one."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


@dataclass(frozen=True, slots=True)
class Scene:
    """The chosen persona (its code and sentence), goal and seed, the models by speaker, and the fields to choose them with.
    ``seed_problem`` says that an entered seed is none, and which one is used instead.

    A speaker that no model in models.toml can play has none. ``roles`` are the characters that speakers play, with their pairs
    for the goal.
    """

    code: str
    persona: str
    goal: str
    seed: int
    models: Mapping[SpeakerName, ModelSpec | None]
    study: Choice
    others: Sequence[Choice]
    roles: Mapping[SpeakerName, Role]
    seed_problem: str = ""


def read_scene(data: Mapping[str, str]) -> Scene:
    """Return the scene that the fields in ``data`` name. A missing or unknown value is replaced by the first possible one:
    the persona of one study is unknown in another."""
    studies = [("", PAPERS), *Study.objects.listed().order_by("title").values_list("slug", "title")]
    study = _choice(data, "study", "Study", studies, studies[-1][0])
    found = Study.objects.filter(slug=study.value).first()
    sentences, texts = _personas(found), _goals(found)
    persona = _choice(data, "persona", "Persona", [(code, f"{code}: {said}") for code, said in sentences.items()])
    goal = _choice(data, "goal", "Goal", [(number, f"{number}: {_short(text)}") for number, text in texts.items()])
    playing = {speaker: {spec.name: spec for spec in read_catalogue().playing(speaker)} for speaker in SPEAKERS}
    models = {
        speaker: _choice(data, speaker, f"{speaker.capitalize()} model", _offered(playing[speaker]))
        for speaker in SPEAKERS
    }
    seed, problem = _seed(data.get("scene-seed", ""))
    roles, casting = _cast(data, found, persona.value, texts[goal.value])
    return Scene(
        code=persona.value,
        persona=roles["inquirer"].character.name if "inquirer" in roles else sentences[persona.value],
        goal=texts[goal.value],
        seed=seed,
        models={speaker: playing[speaker].get(models[speaker].value) for speaker in SPEAKERS},
        study=study,
        others=[persona, goal, *casting, *models.values()],
        roles=roles,
        seed_problem=problem,
    )


def _cast(
    data: Mapping[str, str], study: Study | None, code: str, goal: str
) -> tuple[dict[SpeakerName, Role], list[Choice]]:
    """Return the characters that the speakers play, and the fields to choose them with; none in a study without characters."""
    sheets = {sheet.name: sheet for sheet in study.character_sheets.all()} if study else {}
    if study is None or not sheets:
        return {}, []
    ways = [(way, ELICITATION_CHOICES[way]) for way in ELICITATIONS]
    way = _choice(data, "elicitation", "Elicitation of a character", ways, DEFAULT)
    answering = _choice(data, "character", "Responder’s character", [("", "none"), *zip(sheets, sheets, strict=True)])
    roles: dict[SpeakerName, Role] = {}
    asking = CharacterSheet.objects.filter(persona__study=study, persona__code=code).first()
    if asking:
        roles["inquirer"] = assign_role(asking, cast(Elicitation, way.value), goal).role
    if answering.value:
        roles["responder"] = assign_role(sheets[answering.value], RESPONDERS_WAY, goal).role
    return roles, [way, answering]


def _choice(
    data: Mapping[str, str], name: str, label: str, options: Sequence[tuple[str, str]], default: str | None = None
) -> Choice:
    known = [value for value, _ in options]
    asked = data.get(f"scene-{name}")
    first = default if default is not None else next(iter(known), "")
    return Choice(f"scene-{name}", label, options, asked if asked in known else first)


def _personas(study: Study | None) -> dict[str, str]:
    """Return the sentences of the study's personas by code, or of the paper's if it has none."""
    own = study.personas.select_related("character").order_by("code")[:MOST_PERSONAS] if study else ()
    listed = {persona.code: personas.describe(persona.features) for persona in personas.load_listed()}
    return {persona.code: persona_sentence(persona) for persona in own} or listed


def _goals(study: Study | None) -> dict[str, str]:
    """Return the texts of the study's goals by number, or of the paper's if it has none."""
    own = study.goals.order_by("number") if study else ()
    return {str(goal.number): goal.text for goal in own} or {
        str(goal.number): goal.text for goal in goals.load_listed()
    }


def _offered(models: Mapping[str, ModelSpec]) -> list[tuple[str, str]]:
    """Return the models' names, each with what this machine lacks to use it."""
    return [(name, name_with_shortcoming(spec)) for name, spec in models.items()]


def _seed(text: str) -> tuple[int, str]:
    """Return the seed, and a sentence if ``text`` is none. Without a text it is the usual one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_SEED))
    if is_number and int(text) <= LARGEST_SEED:
        return int(text), ""
    return SEED, f"The seed must be a whole number from 0 to {LARGEST_SEED}. Here it is {SEED}." if text else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:80]} …"
