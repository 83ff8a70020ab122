"""The migrations lead to what the models describe, and keep what is stored."""

from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from studies.models import Dialogue
from tests.factories import make_dialogues, make_run


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run")


@pytest.mark.django_db(transaction=True)
def test_dialogues_get_the_lengths_that_their_search_texts_have_stored() -> None:
    indexed, new = make_dialogues(list(make_run().simulations.all()[:2]))
    text: dict[str, Any] = {"dialogue_id": indexed.pk, "words": "why", "turns": 3}
    before = _migrate("0002_search")
    try:
        before.get_model("studies", "SearchText").objects.create(**text)
    finally:
        _migrate("0003_dialogue_length")
    assert dict(Dialogue.objects.values_list("pk", "length")) == {indexed.pk: 3, new.pk: 0}
    assert indexed.search_text.words.strip() == "why"


def _migrate(name: str) -> Apps:
    """Let the studies' tables become as they were after that migration, and return its models."""
    executor = MigrationExecutor(connection)
    return executor.migrate([("studies", name)]).apps
