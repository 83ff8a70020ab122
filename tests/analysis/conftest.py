"""A researcher who views analyses, and reports without images."""

import pytest
from django.test import Client

from tests.factories import make_staff


@pytest.fixture
def staff() -> Client:
    """Return a client that is logged in as a researcher."""
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def figures_without_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store the name of each figure as its files, where a test reads other parts of a report: images take most of its time."""
    for write in ("to_svg", "to_pdf"):
        monkeypatch.setattr(f"analysis.reporting.portfolio.{write}", lambda drawing: drawing.name.encode())
