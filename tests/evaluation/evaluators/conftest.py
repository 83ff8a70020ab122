"""What tests of evaluators' pages share."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nobody_has_knocked() -> None:
    """The number of consents from one address is limited, and all tests come from one."""
    cache.clear()
