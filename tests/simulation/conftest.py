"""Fixtures for tests of simulation."""

import pytest
from pytest_django import Settings

from tests.factories import make_study
from tests.simulation.scripts import MODELS_FILE


@pytest.fixture
def demo(settings: Settings) -> None:
    """Return a study with two goals and two personas, and use the scripted models."""
    settings.MODELS_FILE = MODELS_FILE
    make_study()
