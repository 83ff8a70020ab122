"""The chatbot's tries at answering: who works on them, how far they are, how they end. The database is the truth.

A try belongs to the process that renews its lease. When the lease has expired that process is gone, and whoever notices
ends the try in its place.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from collection.characters import storable
from collection.models import Dialogue, Generation, Turn
from collection.services import save_outputs
from dialogue.outputs import Output

LEASE = timedelta(seconds=15)
UNREAD = timedelta(seconds=60)
"""After so long without anybody who reads along a reply is given up."""

Halt = Literal["stopped", "unread", "lost"]
"""Why a try must end early: the participant wants it so, nobody reads it, or it is not this process's any more."""

State = Generation.State
DIED = "The server was interrupted while the chatbot was answering."


class LeaseLost(Exception):
    """Somebody else has ended the try, or the dialogue is gone: what this process has in hand is void."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How far a try is: ``place`` counts those before it while it is queued."""

    text: str
    state: Generation.State
    place: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """How a try ended, with all the ``text`` there is of it.

    ``output`` comes with a complete one. ``is_final``: another try will not help. Tokens are counted by the responder's
    tokenizer, if there is one to ask.
    """

    state: Generation.State
    text: str
    message: str = ""
    output: Output | None = None
    is_final: bool = False
    utterance_tokens: int | None = None
    response_tokens: int | None = None


def begin(turn: Turn, owner: str, now: datetime) -> Generation:
    """A new try at answering the turn, held by ``owner``."""
    return Generation.objects.create(turn=turn, attempt=turn.generations.count(), owner=owner, lease_until=now + LEASE)


def keep(tries: Mapping[int, Kept], owner: str, now: datetime) -> dict[int, Halt]:
    """Stores how far the tries of ``owner`` are and renews their leases; says which of them must end, and why.

    Each by itself, so that nobody who locks several rows in another order waits for this and this for them.
    """
    held = Generation.objects.in_flight().filter(pk__in=tries, owner=owner)
    for pk, kept in tries.items():
        held.filter(pk=pk).update(text=kept.text, state=kept.state, place=kept.place, lease_until=now + LEASE)
    rows = {row["pk"]: row for row in held.values("pk", "is_stop_requested", "created_at", *_READERS)}
    return {pk: halt for pk in tries if (halt := _halt(rows.get(pk), now))}


@transaction.atomic
def finish(pk: int, owner: str, end: End, now: datetime) -> None:
    """Ends a try of ``owner`` and, where nothing is left to try, its turn. Raises LeaseLost."""
    _finish(_hold(pk, owner=owner), end, now)


def interrupt_expired(now: datetime, *, dialogue: int | None = None, owner: str = "") -> None:
    """Ends what processes that are gone have left unfinished, anywhere or in one dialogue.

    A process never ends what it holds itself: it may only be late.
    """
    expired = Generation.objects.in_flight().filter(lease_until__lt=now).exclude(owner=owner)
    if dialogue is not None:
        expired = expired.filter(turn__dialogue=dialogue)
    for pk in expired.values_list("pk", flat=True):
        with suppress(LeaseLost):  # others look too
            _interrupt(pk, now)


@transaction.atomic
def _interrupt(pk: int, now: datetime) -> None:
    generation = _hold(pk, lease_until__lt=now)
    is_wanted = generation.is_stop_requested
    state, message = (State.STOPPED, "") if is_wanted else (State.INTERRUPTED, DIED)
    _finish(generation, End(state, generation.text, message), now)


def _hold(pk: int, **held: object) -> Generation:
    """Locks the try for the transaction under way, its dialogue first, as everybody does. Raises LeaseLost."""
    Dialogue.objects.select_for_update(of=("self",), no_key=True).filter(turns__generations=pk).first()
    tries = Generation.objects.in_flight().select_for_update(of=("self",)).select_related("turn__dialogue")
    found = tries.filter(pk=pk, **held).first()
    if found is None:
        raise LeaseLost(f"The try {pk} is over, or held by somebody else.")
    return found


_SEEN, _KEEPS = "turn__dialogue__participant__last_seen_at", "turn__dialogue__study__keeps_unread_replies"
_READERS = (_SEEN, _KEEPS)


def _halt(row: Mapping[str, object] | None, now: datetime) -> Halt | None:
    if row is None:
        return "lost"
    if row["is_stop_requested"]:
        return "stopped"
    read = [moment for moment in (row["created_at"], row[_SEEN]) if isinstance(moment, datetime)]
    return "unread" if now - max(read) > UNREAD and not row[_KEEPS] else None


def _finish(generation: Generation, end: End, now: datetime) -> None:
    generation.state, generation.text, generation.message = end.state, storable(end.text), end.message
    generation.place, generation.ended_at = 0, now
    generation.save(update_fields=["state", "text", "message", "place", "ended_at"])
    if end.output:
        save_outputs(generation.turn.dialogue, [end.output])
    _settle(generation.turn, end)


def _settle(turn: Turn, end: End) -> None:
    """What becomes of the turn: an interrupted or failed try may be followed by another, so it stays pending."""
    response = storable(end.text).strip()
    if turn.state != Turn.State.PENDING:
        return
    if end.state == State.COMPLETE or (end.state == State.STOPPED and response):
        turn.state = Turn.State.COMPLETE if end.state == State.COMPLETE else Turn.State.STOPPED
        turn.response = response
        turn.utterance_tokens, turn.response_tokens = end.utterance_tokens, end.response_tokens
        turn.save(update_fields=["state", "response", "utterance_tokens", "response_tokens"])
    elif end.state == State.STOPPED or end.is_final:
        turn.state = Turn.State.FAILED
        turn.save(update_fields=["state"])
