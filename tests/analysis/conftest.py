"""Somebody to look at analyses."""

import pytest
from django.test import Client

from tests.factories import make_staff


@pytest.fixture
def staff() -> Client:
    """A browser of somebody who may see studies."""
    client = Client()
    client.force_login(make_staff())
    return client
