"""Withdrawal of participants and evaluators: a receipt remains, and the database forgets the rest."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from enrolment.models import Person
from enrolment.withdrawal import forget_deleted_text
from tests.enrolment.kinds import Kind
from tests.enrolment.people import withdraw

pytestmark = pytest.mark.waits

SECRET = "zanzibar-marmalade"


def rows_with(text: str) -> list[str]:
    """Return where in the database a text still occurs, searching every column of every table."""
    found = []
    for model in apps.get_models():
        for row in model._default_manager.values():
            found += [f"{model.__name__}.{name}" for name, value in row.items() if text in str(value)]
    return found


@pytest.fixture
def leaving(kind: Kind) -> Person:
    person: Person = kind.add(kind.make(), external_id=f"pid {SECRET}")
    person.parameters = {"STUDY_ID": f"study {SECRET}"}
    person.save()
    return person


@pytest.mark.django_db
def test_what_their_link_carried_is_gone_and_they_have_a_receipt(kind: Kind, leaving: Person) -> None:
    assert len(rows_with(SECRET)) == 2
    withdraw(leaving)
    assert rows_with(SECRET) == []
    row = kind.rows.get()
    assert (row.state, row.external_id, row.parameters, row.last_seen_at) == (Person.WITHDRAWN, "", {}, None)
    assert (row.consented_at, row.consent_version) == (leaving.consented_at, leaving.consent_version)
    assert len(row.receipt) == 14
    assert row.ended_at is not None


@pytest.mark.django_db
def test_withdrawing_twice_keeps_the_first_receipt(kind: Kind, leaving: Person) -> None:
    withdraw(leaving)
    first = kind.rows.get()
    withdraw(leaving)
    again = kind.rows.get()
    assert (again.receipt, again.ended_at) == (first.receipt, first.ended_at)


@pytest.mark.django_db
@pytest.mark.parametrize("is_closed", [False, True])
def test_on_the_page_it_asks_first_and_then_shows_the_receipt(kind: Kind, is_closed: bool) -> None:
    kind.make()
    client = Client()
    kind.agree(client)
    if is_closed:
        kind.close()
    state = kind.rows.get().state
    assert "Withdraw from " in client.get(f"{kind.door}withdraw/").text
    assert kind.rows.get().state == state
    page = client.post(f"{kind.door}withdraw/", follow=True)
    assert "You have withdrawn." in page.text
    assert kind.rows.get().receipt in page.text
    assert f'href="{kind.door}withdraw/"' not in page.text
    assert f"{kind.door}p/" not in page.text
    for address in (kind.first_step, "withdraw/"):
        assert client.get(f"{kind.door}{address}")["Location"] == f"{kind.door}end/"


@pytest.mark.django_db
def test_a_withdrawn_person_can_enrol_again_by_the_platforms_link(kind: Kind) -> None:
    person = kind.add(kind.make(), external_id="5f3a")
    withdraw(person)
    assert kind.agree(Client(), "?PROLIFIC_PID=5f3a")["Location"] == f"{kind.door}{kind.first_step}"
    assert kind.rows.get(external_id="5f3a") != person


@pytest.mark.django_db(transaction=True)
def test_no_file_of_the_database_holds_their_names_any_more(leaving: Person) -> None:
    assert connection.vendor == "sqlite"
    file = Path(connection.settings_dict["NAME"])
    assert any(SECRET.encode() in part for part in _contents(file))
    withdraw(leaving)
    assert not any(SECRET.encode() in part for part in _contents(file))


@pytest.mark.django_db(transaction=True)
def test_who_reads_at_that_moment_keeps_nobody_waiting_and_the_rest_is_forgotten_afterwards(
    leaving: Person, caplog: pytest.LogCaptureFixture
) -> None:
    file = Path(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(file)) as reader, closing(reader.execute("SELECT * FROM django_migrations")) as rows:
        rows.fetchone()
        begun = monotonic()
        withdraw(leaving)
        assert monotonic() - begun < 20, "it waited for the reader"
        assert "still holds deleted text" in caplog.text
        assert any(SECRET.encode() in part for part in _contents(file))
    forget_deleted_text()
    assert not any(SECRET.encode() in part for part in _contents(file))


def _contents(file: Path) -> Iterator[bytes]:
    yield from (part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
