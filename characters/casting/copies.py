"""Copy characters into a study."""

from collections.abc import Sequence

from characters.models import Character
from characters.profiles import as_elicited, pairs_of
from characters.refusals import CharacterRefused
from studies.characters import NotCast, Part, cast_characters
from studies.models import Persona, Study


def part_of(character: Character) -> Part:
    """Return what a study copies of the character. Raises CharacterRefused if nothing says who it is."""
    if not character.description.strip():
        raise CharacterRefused(
            f"{character.name} has no description, so no model can play it. Write one on its page first."
        )
    is_audited = character.audit == Character.Audit.ACCEPTED
    return Part(as_elicited(character), tuple(character.catchphrases), pairs_of(character), is_audited=is_audited)


def cast_into(study: Study, characters: Sequence[Character]) -> list[Persona]:
    """Bring the characters into the study, as they are now, or bring their copies up to date; all or none.

    Raises CharacterRefused.
    """
    try:
        return cast_characters(study, [part_of(character) for character in characters])
    except NotCast as error:
        raise CharacterRefused(str(error)) from error
