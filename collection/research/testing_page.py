"""The page of a study's test participants."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from collection.research.collecting import ParticipantLine, list_everybody
from collection.research.testing import is_current
from collection.research.trouble import Trouble, read_trouble
from studies.models import Study


@dataclass(frozen=True, slots=True)
class TestCopy:
    """A test copy with its participants; ``is_current`` if the study has not been changed since."""

    study: Study
    is_current: bool
    participants: list[ParticipantLine]
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class TestsPage:
    """A study and its test copies as of ``now``, latest first, without those in which nobody has consented yet."""

    study: Study
    copies: list[TestCopy]
    now: datetime


def read_tests(study: Study) -> TestsPage:
    """Read the page."""
    now = timezone.now()
    used = study.test_copies.filter(participants__isnull=False).distinct().order_by("-pk")
    return TestsPage(study, [_read_copy(copy, now) for copy in used], now)


def _read_copy(copy: Study, now: datetime) -> TestCopy:
    return TestCopy(copy, is_current(copy), list_everybody(copy, now), read_trouble(copy))
