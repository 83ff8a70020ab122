"""Withdrawing: everything that a participant gave is deleted, and they get a receipt."""

import logging
import secrets
import time

from django.db import connection, transaction
from django.utils import timezone

from collection.models import Participant
from studies.models import Dialogue, Persona
from studies.signals import dialogue_over, persona_leaving

logger = logging.getLogger(__name__)

ONE_TRY = 0.25
"""Seconds of one attempt to clear deleted text from the log, and of the pause in which others may write."""
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
"""What can be read aloud and typed without mistaking one for another, and makes no words."""


def withdraw(participant: Participant) -> None:
    """Deletes the participant's answers, dialogues and names, and what was made of them. What remains is a row that says when
    somebody agreed and withdrew, with their receipt. Withdrawing twice changes nothing.
    """
    with transaction.atomic():
        locked = Participant.objects.select_for_update(of=("self",)).select_related("persona").get(pk=participant.pk)
        if locked.state != Participant.State.WITHDRAWN:
            _delete_what_they_gave(locked)
            transaction.on_commit(forget_deleted_text, robust=True)


def forget_deleted_text(patience: float = 5.0) -> None:
    """Clear deleted text from SQLite's log, which holds older copies until it is written back to the database file.

    This needs a moment without readers, and a long download may not leave one within ``patience`` seconds. Writers have to
    wait for it, so each attempt takes a fraction of a second.
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
            "The database's log still holds deleted text, because somebody is reading: see docs/operations.md."
        )


def _is_checkpoint_busy() -> bool:
    with connection.cursor() as cursor:
        [usual] = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {int(ONE_TRY * 1000)}")
        is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {usual}")
    return bool(is_busy)


def new_receipt() -> str:
    """Twelve characters in three groups, about 57 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _delete_what_they_gave(locked: Participant) -> None:
    persona = locked.persona
    # Locked first: whoever is storing something in one has done so by then, or will find nothing to store it in.
    for dialogue in locked.dialogues.select_for_update(of=("self",)):
        dialogue_over.send(sender=Dialogue, dialogue=dialogue)
    locked.dialogues.delete()
    _blank(locked)
    if persona is not None:
        persona_leaving.send(sender=Persona, persona=persona)
        Dialogue.objects.filter(persona=persona).delete()
        persona.delete()


def _blank(locked: Participant) -> None:
    locked.state, locked.ended_at, locked.receipt = Participant.State.WITHDRAWN, timezone.now(), new_receipt()
    locked.external_id, locked.parameters, locked.persona = "", {}, None
    locked.goal_order, locked.order_seed, locked.last_seen_at = [], None, None
    locked.save()
