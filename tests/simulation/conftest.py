"""What several tests of simulation stand on."""

import pytest
from pytest_django import Settings

from tests.factories import make_study
from tests.simulation.scripts import MODELS_FILE


@pytest.fixture
def demo(settings: Settings) -> None:
    """Two goals, two personas, and the scripted models."""
    settings.MODELS_FILE = MODELS_FILE
    make_study()
