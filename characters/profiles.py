"""Stored characters as the method needs them: by name, their rows, their pairs, and who they are in one text."""

from typing import cast

from characters.models import Character
from characters.refusals import CharacterRefused
from rolellm import elicitation
from rolellm.descriptions import with_catchphrases
from rolellm.languages import Language
from rolellm.pairs import Pair, pairs
from rolellm.rounds import Row

LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh": "Chinese"}
_LISTED = 10


def find_character(name: str) -> Character:
    """Return the character with this name. Raises CharacterRefused with the names that exist."""
    found = Character.objects.filter(name=name).first()
    if found is None:
        raise CharacterRefused(f"There is no character {name!r}. {_choice()}")
    return found


def language_of(character: Character) -> Language:
    """Return the character's language."""
    return cast(Language, character.language)


def rows_of(character: Character) -> list[Row]:
    """Return the character's profile in the order of its script; [] without a profile."""
    turns = character.turns.order_by("position")
    return [Row(*values) for values in turns.values_list("act_id", "diag_id", "role", "content")]


def pairs_of(character: Character) -> list[Pair]:
    """Return the pairs of question and answer of the character's profile, in order."""
    return pairs(rows_of(character), character.name, language_of(character))


def description_of(character: Character) -> str:
    """Return the description and the catchphrases as one text, as prompts use it."""
    return with_catchphrases(character.description, character.catchphrases, language_of(character))


def as_elicited(character: Character) -> elicitation.Character:
    """Return the character as ``elicit`` takes it."""
    return elicitation.Character(character.name, description_of(character), language_of(character))


def _choice() -> str:
    known = list(Character.objects.values_list("name", flat=True))
    if not known:
        return "None is stored yet. Import one with python manage.py characters import."
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return f"Choose from: {', '.join(known[:_LISTED])}{more}."
