"""The content of a character's page: counts, speakers, who it is, its rounds, and the pairs for a question."""

from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import Page, Paginator

from characters.describing.description_section import DescriptionSection, read_section
from characters.models import Character, ProfileTurn
from characters.pages.sections import ReadSection, read_sections
from characters.profiles import LANGUAGE_NAMES, language_of, pairs_of
from rolellm.pairs import Demonstrations, Retrieved
from rolellm.profiles import LEAST_TURNS

ROUNDS_A_PAGE = 20
MOST_SPEAKERS = 20
LONGEST_QUESTION = 2_000


@dataclass(frozen=True, slots=True)
class Round:
    """A round of the profile, which ends with the character."""

    number: int
    turns: list[ProfileTurn]

    @property
    def answer(self) -> str:
        """Return what the character says at its end."""
        return self.turns[-1].content


@dataclass(frozen=True, slots=True)
class Retrieval:
    """A question, and the pairs that the elicitations would show with it, best first."""

    question: str
    found: list[Retrieved]


@dataclass(frozen=True, slots=True)
class CharacterPage:
    """A character's page. ``speakers`` are the most frequent unmatched ones, ``more_speakers`` the others."""

    character: Character
    speakers: list[tuple[str, int]]
    more_speakers: list[tuple[str, int]]
    rows: Page[int]
    rounds: list[Round]
    retrieval: Retrieval
    description: DescriptionSection
    sections: list[ReadSection]

    @property
    def language(self) -> str:
        return LANGUAGE_NAMES[language_of(self.character)]

    @property
    def has_profile(self) -> bool:
        return bool(self.character.counts)

    @property
    def is_short(self) -> bool:
        """Return whether the paper would drop the role."""
        return self.has_profile and self.character.counts["rounds"] < LEAST_TURNS

    @property
    def unit(self) -> str:
        """Return what is counted as words."""
        return "characters" if self.character.language == "zh" else "words"


def read_character(character: Character, page: str = "", question: str = "") -> CharacterPage:
    """Read the page, with this page of its rounds, and with the pairs for the question if there is one."""
    speakers = sorted(character.unmatched_speakers.items(), key=lambda one: -one[1])  # PostgreSQL sorts keys
    rows = Paginator(range(character.counts.get("rounds", 0)), ROUNDS_A_PAGE).get_page(page)
    return CharacterPage(
        character,
        speakers[:MOST_SPEAKERS],
        speakers[MOST_SPEAKERS:],
        rows,
        _read_rounds(character, list(rows.object_list)),
        _retrieve(character, question.strip()[:LONGEST_QUESTION]),
        read_section(character),
        read_sections(character),
    )


def _read_rounds(character: Character, numbers: list[int]) -> list[Round]:
    turns = character.turns.filter(diag_id__in=numbers).order_by("position")
    return [Round(number + 1, list(found)) for number, found in groupby(turns, lambda turn: turn.diag_id)]


def _retrieve(character: Character, question: str) -> Retrieval:
    if not question:
        return Retrieval("", [])
    return Retrieval(question, Demonstrations(pairs_of(character), language_of(character)).best(question))
