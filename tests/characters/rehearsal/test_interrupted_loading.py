"""A load of the demo's character that finds another one, or what an interrupted load has left."""

import pytest

from characters.models import Description
from characters.rehearsal import loading
from tests.factories import make_character

pytestmark = pytest.mark.django_db


def test_a_researchers_coriolanus_stays() -> None:
    make_character(description="")
    assert loading.load_character().description == ""
    assert not Description.objects.exists()


def test_an_interrupted_load_is_completed() -> None:
    character = loading._store()
    assert loading.load_character().description
    assert character.descriptions.get().state == Description.State.FINISHED
