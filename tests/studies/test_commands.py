"""Commands about studies."""

import pytest
from django.core.management.base import CommandError

from studies.commands import find_study
from tests.factories import make_study
from tests.forks import run
from tests.installation import Installation

pytestmark = pytest.mark.django_db


def test_an_unknown_study_is_refused_with_the_known_ones() -> None:
    study = make_study()
    with pytest.raises(CommandError, match=r"There is no study 'bee'\. Choose from: demo\.") as refusal:
        find_study("bee")
    assert refusal.value.returncode == 2
    assert find_study("demo") == study


def test_without_any_study_the_command_says_how_to_get_one() -> None:
    with pytest.raises(CommandError, match="run load_demo first"):
        find_study("demo")


def test_a_command_does_not_wait_for_the_pages_to_be_imported(installation: Installation) -> None:
    installation.migrate()
    load = "from django.core.management import execute_from_command_line; execute_from_command_line(['', 'load_demo'])"
    program = f"import sys; {load}; print('roleplay_site.urls' in sys.modules)"
    assert run("-c", program, environment=installation.environment).stdout.splitlines()[-1:] == ["False"]
