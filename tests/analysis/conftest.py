"""A researcher who views analyses."""

import pytest
from django.test import Client

from tests.factories import make_staff


@pytest.fixture
def staff() -> Client:
    """Return a client that is logged in as a researcher."""
    client = Client()
    client.force_login(make_staff())
    return client
