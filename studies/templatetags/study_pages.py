"""The navigation at the top of each page of a study, as a tag, because the pages belong to several apps."""

from dataclasses import dataclass
from typing import Protocol

from django import template
from django.urls import reverse

register = template.Library()
PAGES = {
    "overview": ("Overview", "study"),
    "set-up": ("Set-up", "set-up"),
    "collect": ("Collect", "collecting"),
    "simulate": ("Simulate", "simulate"),
    "judge": ("Judge", "judge"),
    "analyse": ("Analyse", "analysis"),
    "export": ("Export", "data"),
    "personas": ("Personas", "personas"),
    "dialogues": ("Dialogues", "dialogues"),
}
"""The label of each page, and the name of its address."""


class Titled(Protocol):
    """A study, or its form, which keeps the stored slug and title."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A page in the navigation. ``current`` is the value of aria-current: "page" on the page itself, "true" below it."""

    label: str
    address: str
    current: str


@register.inclusion_tag("studies/_navigation.html")
def study_navigation(study: Titled, current: str = "", within: str = "") -> dict[str, object]:
    """Return the study's pages with the ``current`` one, or the one that the shown page is ``within``. Pages of a test copy
    belong to the study that is tested, and say so."""
    tested = getattr(study, "test_of", None)
    if tested is not None:
        return study_navigation(tested, within="collect") | {"is_test": True}
    marks = {current: "page", within: "true"}
    tabs = [Tab(label, reverse(name, args=[study.slug]), marks.get(key, "")) for key, (label, name) in PAGES.items()]
    return {"study": study, "tabs": tabs, "is_overview": current == "overview"}
