"""The pages of a study's form, sent as they are shown but for the test's changes."""

from typing import Any

from django.test import Client

from studies.models import Study
from tests.collection.research.forms import read_form

PAGES = ("", "goals/", "questions/", "chatbots/", "texts/")
"""The end of each page's address, in order."""
OWN = {"id", "slug", "title", "description", "created_at", "study_id"}
"""Columns of each study's own."""


def address(study: Study, page: str = "") -> str:
    return f"/studies/{study.slug}/edit/{page}"


def edit_form(client: Client, study: Study, page: str = "", **changes: Any) -> dict[str, Any]:
    """Return what a browser sends from this page with these changes."""
    return read_form(client.get(address(study, page)).text) | changes


def edit(client: Client, study: Study, page: str = "", **changes: Any) -> Any:
    """Save this page with these changes, and return the answer."""
    return client.post(address(study, page), edit_form(client, study, page, **changes))


def stored(study: Study) -> list[Any]:
    """Return the study's row and those of its goals, without what differs between copies."""
    values = [Study.objects.filter(pk=study.pk).values().get(), *study.goals.order_by("number").values()]
    return [{key: value for key, value in row.items() if key not in OWN} for row in values]
