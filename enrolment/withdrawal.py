"""Withdrawal: delete all data of a person and give them a receipt."""

import logging
import secrets
import time

from django.db import connection, transaction
from django.utils import timezone

from enrolment.models import Person
from enrolment.protocol import Enrolment, P

logger = logging.getLogger(__name__)

ONE_TRY = 0.25
"""Seconds of one attempt to clear deleted text from the log, and of the pause that lets others write."""
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
"""Characters that are not easily confused when read aloud or typed, and that form no words."""


@transaction.atomic
def withdraw(enrolment: Enrolment[P], person: P) -> None:
    """Delete the person's data. Keep a row with the times of their consent and withdrawal, and their receipt.

    Withdrawing twice changes nothing. Each kind of study deletes its own data (``delete_data``). What other apps have
    derived from them is deleted by receivers of ``persona_leaving`` and ``evaluator_leaving``, connected in each apps.py.
    """
    locked = enrolment.lock_person(person)
    if locked.state == Person.WITHDRAWN:
        return
    locked.state, locked.ended_at, locked.receipt = Person.WITHDRAWN, timezone.now(), new_receipt()
    locked.external_id, locked.parameters, locked.last_seen_at = "", {}, None
    locked.save()
    enrolment.delete_data(locked)
    transaction.on_commit(forget_deleted_text, robust=True)


def new_receipt() -> str:
    """Return twelve characters in three groups, about 57 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def forget_deleted_text(patience: float = 5.0) -> None:
    """Clear deleted text from SQLite's log, which holds older copies until it is written back to the database file.

    This needs a moment without readers, and a long download may not allow one within ``patience`` seconds. Writers have to
    wait in the meantime, so each attempt takes only a fraction of a second.
    """
    if connection.vendor != "sqlite":
        return
    ends = time.monotonic() + patience
    while is_busy := _is_checkpoint_busy():
        if time.monotonic() > ends:
            break
        time.sleep(ONE_TRY)
    if is_busy:
        logger.warning(
            "The database's log still holds deleted text, because another connection is reading. See docs/operations.md."
        )


def _is_checkpoint_busy() -> bool:
    with connection.cursor() as cursor:
        [usual] = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {int(ONE_TRY * 1000)}")
        is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {usual}")
    return bool(is_busy)
