"""A test with real transactions leaves no rows behind."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from tests.factories import make_dialogue, make_staff
from tests.flushing import empty_tables


@pytest.mark.django_db(transaction=True)
def test_all_tables_except_those_filled_by_migrations_are_empty_afterwards() -> None:
    make_staff()
    make_dialogue()
    empty_tables()
    filled = {model for model in apps.get_models(include_auto_created=True) if model.objects.exists()}  # type: ignore[attr-defined]
    assert filled == {Permission, ContentType}
    make_staff()
