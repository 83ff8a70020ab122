"""A researcher who is logged in, and a study with pairs to judge."""

import pytest
from django.test import Client

from studies.models import Study
from tests.evaluation.factories import make_judged_study
from tests.factories import make_staff


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def study() -> Study:
    """Four people and two models over two goals: 16 pairs."""
    return make_judged_study(people=4)
