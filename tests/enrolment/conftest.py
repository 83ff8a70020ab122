"""Fixtures for tests of enrolment, which run for participants and for evaluators."""

import pytest

from tests.enrolment.kinds import EVALUATORS, PARTICIPANTS, Kind


@pytest.fixture(params=[PARTICIPANTS, EVALUATORS], ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found
