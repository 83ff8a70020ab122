"""A researcher who is logged in."""

import pytest
from django.test import Client

from tests.factories import make_staff


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client
