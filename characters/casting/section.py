"""The section of a character's page about the studies that use it."""

from dataclasses import dataclass

from characters.casting.copies import part_of
from characters.models import Character
from characters.refusals import CharacterRefused
from studies.models import CharacterSheet, Study


@dataclass(frozen=True, slots=True)
class StudyLine:
    """A study with a copy of the character. ``is_current``: the copy is what the character is now."""

    study: Study
    is_current: bool


@dataclass(frozen=True, slots=True)
class StudiesSection:
    """The studies that use the character, and those that it can be brought into. ``problem`` is a sentence if it cannot."""

    character: Character
    lines: list[StudyLine]
    open_studies: list[Study]
    problem: str


def read_studies(character: Character) -> StudiesSection:
    """Read the section."""
    sheets = (
        CharacterSheet.objects.filter(name=character.name, study__test_of=None)
        .select_related("study")
        .order_by("study__title")
    )
    in_order = sheets.select_related("study").order_by("study__title").defer("pairs")
    lines = [(sheet.study, sheet.digest) for sheet in in_order]
    try:
        digest, problem = part_of(character).digest, ""
    except CharacterRefused as error:
        digest, problem = "", str(error)
    return StudiesSection(
        character,
        [StudyLine(study, known == digest) for study, known in lines],
        list(Study.objects.listed().filter(frozen_at=None).order_by("title")),
        problem,
    )
