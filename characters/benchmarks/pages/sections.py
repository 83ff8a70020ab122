"""Sections that the page of a benchmark shows after its scores: one for each other kind of work with it."""

from collections.abc import Callable
from dataclasses import dataclass

from characters.models import Benchmark


@dataclass(frozen=True, slots=True)
class Section:
    """A section: ``read`` returns what its template shows as ``section``."""

    template: str
    read: Callable[[Benchmark], object]


@dataclass(frozen=True, slots=True)
class ReadSection:
    """A section of one benchmark's page."""

    template: str
    content: object


SECTIONS: tuple[Section, ...] = ()
"""All of them, in the order of the page."""


def read_sections(benchmark: Benchmark) -> list[ReadSection]:
    """Return the sections of the benchmark's page."""
    return [ReadSection(section.template, section.read(benchmark)) for section in SECTIONS]
