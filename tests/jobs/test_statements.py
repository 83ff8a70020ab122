"""Statements that are compiled once and lock what they read."""

import pytest
from django.db import OperationalError, connections, transaction
from django.db.transaction import TransactionManagementError

from jobs.statements import Parameter, Statement, compile_once
from studies.models import Study
from tests.factories import make_study


def titles() -> Statement:
    slug = Parameter("slug", Study._meta.get_field("slug"))
    return Statement(Study.objects.filter(slug=slug).select_for_update().order_by().values_list("title", "min_turns"))


@pytest.mark.django_db
def test_each_execution_has_its_own_values() -> None:
    studies, statement = [make_study("one"), make_study("other")], titles()
    for study in studies:
        assert statement.first(slug=study.slug) == (study.title, study.min_turns)
    assert statement.first(slug="none") is None


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused_every_time() -> None:
    study, statement = make_study("one"), titles()
    with transaction.atomic():
        statement.first(slug=study.slug)
    for _ in range(2):
        with pytest.raises(TransactionManagementError, match=r"only inside transaction\.atomic"):
            statement.first(slug=study.slug)


@pytest.mark.django_db
def test_another_kind_of_database_gets_its_own_text(monkeypatch: pytest.MonkeyPatch) -> None:
    study, statement = make_study("one"), titles()
    statement.first(slug=study.slug)
    monkeypatch.setattr(connections["default"], "vendor", "one that locks rows")
    monkeypatch.setattr(connections["default"].features, "has_select_for_update", True)
    with pytest.raises(OperationalError, match='near "FOR"'), transaction.atomic():
        statement.first(slug=study.slug)


@pytest.mark.django_db
def test_a_query_that_is_compiled_once_reads_what_is_stored_now() -> None:
    read, read_nothing = compile_once(Study.objects.order_by("-slug")), compile_once(Study.objects.none())
    assert read() == []
    studies = [make_study("one"), make_study("other")]
    assert [(one.pk, one.questionnaire) for one in read()] == [(one.pk, one.questionnaire) for one in reversed(studies)]
    assert read_nothing() == []
