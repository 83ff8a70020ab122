"""The table of a study's personas."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from studies.models import Persona, Study
from studies.presentation import persona_sentence

PERSONAS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class PersonaLine:
    """A persona with its sentence; ``may_change`` says whether a researcher may edit it."""

    persona: Persona
    sentence: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class PersonaTable:
    """One page of a study's personas, by code."""

    study: Study
    rows: Page[Any]

    @property
    def lines(self) -> list[PersonaLine]:
        return [PersonaLine(one, persona_sentence(one), self._may_change(one)) for one in self.rows.object_list]

    def _may_change(self, persona: Persona) -> bool:
        return persona.source == Persona.Source.LISTED and not self.study.is_frozen


def read_table(study: Study, page: str | None) -> PersonaTable:
    """Return the page, or the nearest one that exists."""
    personas = study.personas.select_related("study", "character").defer("character__pairs").order_by("code")
    return PersonaTable(study, Paginator(personas, PERSONAS_A_PAGE).get_page(page))
