"""Sections that the page of a character shows after its profile: one for each kind of work with it."""

from collections.abc import Callable
from dataclasses import dataclass

from characters.casting.section import read_studies
from characters.context_instruct.section import read_section
from characters.models import Character


@dataclass(frozen=True, slots=True)
class Section:
    """A section: ``read`` returns what its template shows as ``section``."""

    template: str
    read: Callable[[Character], object]


@dataclass(frozen=True, slots=True)
class ReadSection:
    """A section of one character's page."""

    template: str
    content: object


SECTIONS: tuple[Section, ...] = (
    Section("characters/_context_instruct.html", read_section),
    Section("characters/_studies.html", read_studies),
)
"""All of them, in the order of the page."""


def read_sections(character: Character) -> list[ReadSection]:
    """Return the sections of the character's page."""
    return [ReadSection(section.template, section.read(character)) for section in SECTIONS]
