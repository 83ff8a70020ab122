"""The list of characters."""

from dataclasses import dataclass

from characters.models import Character
from characters.profiles import LANGUAGE_NAMES, language_of
from rolellm.profiles import LEAST_TURNS


@dataclass(frozen=True, slots=True)
class CharacterLine:
    """A character in the list."""

    character: Character

    @property
    def language(self) -> str:
        return LANGUAGE_NAMES[language_of(self.character)]

    @property
    def rounds(self) -> int:
        found: int = self.character.counts.get("rounds", 0)
        return found

    @property
    def pairs(self) -> int:
        found: int = self.character.counts.get("pairs", 0)
        return found

    @property
    def is_short(self) -> bool:
        """Return whether it has a profile that the paper would drop."""
        return 0 < self.rounds < LEAST_TURNS


def list_characters() -> list[CharacterLine]:
    """Return all characters by name."""
    return [CharacterLine(character) for character in Character.objects.order_by("name")]
