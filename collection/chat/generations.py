"""The chatbot's attempts at answering in the database: the process that makes each one, its progress and its end.

An attempt belongs to the process that renews its lease, timed by the database's clock. When the lease has expired, that process
counts as gone, and the next one that notices ends the attempt. A process that was only cut off takes the attempt back.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_noop

from dialogue.outputs import Output
from jobs.database_clock import in_time, is_over
from jobs.leases import LeaseLost
from studies.models import Dialogue, Generation, Turn
from studies.search.indexing import index_dialogues
from studies.services import save_outputs
from studies.storable_text import storable

LEASE = timedelta(seconds=15)
UNREAD = timedelta(seconds=60)
"""How long a reply continues without an open page."""

Halt = Literal["stopped", "unread", "lost"]
"""Why an attempt must end early: the participant stopped it, no page is open, or this process has lost it."""

State = Generation.State
PRESS_RETRY = gettext_noop(" Press Retry.")
"""The end of a message that asks for another attempt. The page leaves it out once the turn has no such button."""
DIED = gettext_noop("The reply was interrupted by a problem on our side.") + PRESS_RETRY


def say_end(message: str) -> str:
    """Return the stored message of an attempt in the current language.

    Messages are stored in English, so that researchers and exports have the same sentence for the same end.
    """
    sentence = message.removesuffix(PRESS_RETRY)
    advice = gettext(PRESS_RETRY) if sentence != message else ""
    return gettext(sentence) + advice if sentence else ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The progress of an attempt, with its queue position while it waits. ``raw`` is as in Generation."""

    text: str
    state: Generation.State
    queue_position: int = 0
    raw: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """How an attempt ended, with its complete ``text``.

    A complete one has an ``output``. ``is_final``: another attempt will not help. ``reason`` says why the chatbot failed, for
    researchers. ``raw`` is as in Generation. Tokens are counted by the responder's tokenizer, if it is available.
    """

    state: Generation.State
    text: str
    message: str = ""
    output: Output | None = None
    is_final: bool = False
    reason: str = ""
    raw: str = ""
    utterance_tokens: int | None = None
    response_tokens: int | None = None


def begin(turn: Turn, owner: str, *, attempt: int) -> Generation:
    """Create an attempt at answering the turn, held by ``owner``; ``attempt`` is the number of earlier ones."""
    return Generation.objects.create(turn=turn, attempt=attempt, owner=owner, lease_until=in_time(LEASE))


def keep(tries: Mapping[int, Kept], owner: str) -> dict[int, Halt]:
    """Store the progress of ``owner``'s attempts and renew their leases; return those that must end, and why.

    Leave a row that another process has locked for the next round: waiting for it while holding others could deadlock.
    """
    own = Generation.objects.filter(pk__in=tries, owner=owner)
    for pk in own.filter(**_ENDED_AS_DEAD).values_list("pk", flat=True):
        _take_back(pk, owner)
    with transaction.atomic():
        for pk in own.in_flight().select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True):
            kept = tries[pk]
            own.filter(pk=pk).update(
                text=kept.text,
                raw=kept.raw,
                state=kept.state,
                queue_position=kept.queue_position,
                lease_until=in_time(LEASE),
            )
    rows = own.annotate(now=Now()).values("pk", "state", "is_stop_requested", "created_at", "now", *_READERS)
    found = {row["pk"]: row for row in rows}
    return {pk: halt for pk in tries if (halt := _halt(found.get(pk)))}


@transaction.atomic
def finish(pk: int, owner: str, end: End, now: datetime) -> None:
    """End an attempt of ``owner`` and, if no further attempt can help, its turn. Raises LeaseLost if the attempt is gone.

    An attempt that another process has ended because its lease had expired gets its real end. If the participant has already
    continued, only its text is kept. A repeated call, for example after a lost answer of the database, changes nothing.
    """
    generation = _hold(pk, owner=owner)
    if generation.is_in_flight or _is_still_last(generation):
        _finish(generation, end, now)
    elif generation.state in _ENDED_BY_OTHERS and len(end.raw or end.text) > len(generation.raw or generation.text):
        generation.text, generation.raw = storable(end.text), storable(end.raw)
        generation.save(update_fields=["text", "raw"])


def interrupt_expired(
    now: datetime, *, dialogue: int | None = None, owner: str = "", held: Collection[int] = ()
) -> None:
    """End the attempts of processes that are gone, everywhere or in one dialogue.

    A process passes itself as ``owner``, or the attempts that it ``held``: these are never ended, because it may only be late.
    """
    expired = Generation.objects.expired().exclude(owner=owner).exclude(pk__in=list(held))
    if dialogue is not None:
        expired = expired.filter(turn__dialogue=dialogue)
    for pk in expired.values_list("pk", flat=True):
        with suppress(LeaseLost):  # other processes do this, too
            _interrupt(pk, now)


@transaction.atomic
def _interrupt(pk: int, now: datetime) -> None:
    generation = _hold(pk, is_over("lease_until"), state__in=Generation.IN_FLIGHT)
    is_wanted = generation.is_stop_requested
    state, message = (State.STOPPED, "") if is_wanted else (State.INTERRUPTED, DIED)
    _finish(generation, End(state, generation.text, message, raw=generation.raw), now)


@transaction.atomic
def _take_back(pk: int, owner: str) -> None:
    """Resume an attempt that ended because this process could not renew its lease, unless the participant has continued."""
    with suppress(LeaseLost):
        generation = _hold(pk, owner=owner, **_ENDED_AS_DEAD)
        if _is_still_last(generation):
            Generation.objects.filter(pk=pk).update(
                state=State.STREAMING, message="", ended_at=None, lease_until=in_time(LEASE)
            )


def _is_still_last(generation: Generation) -> bool:
    """Return whether an attempt that another process ended is the dialogue's last event: no attempt or message has followed."""
    turn = generation.turn
    if generation.state not in _ENDED_BY_OTHERS or turn.generations.filter(attempt__gt=generation.attempt).exists():
        return False
    if generation.state == State.INTERRUPTED:
        return turn.state == Turn.State.PENDING
    return turn.state == Turn.State.STOPPED and not turn.dialogue.turns.filter(position__gt=turn.position).exists()


def _hold(pk: int, *conditions: Q, **fields: object) -> Generation:
    """Lock the dialogue, then the attempt, for the current transaction; all code locks in this order. Raises LeaseLost."""
    Dialogue.objects.select_for_update(of=("self",), no_key=True).filter(turns__generations=pk).first()
    tries = Generation.objects.select_for_update(of=("self",)).select_related("turn__dialogue")
    found = tries.filter(*conditions, pk=pk, **fields).first()
    if found is None:
        raise LeaseLost(f"The attempt {pk} is gone, over, or held by another process.")
    return found


_SEEN, _KEEPS = "turn__dialogue__persona__participant__last_seen_at", "turn__dialogue__study__keeps_unread_replies"
_READERS = (_SEEN, _KEEPS)
_ENDED_BY_OTHERS = (State.INTERRUPTED, State.STOPPED)
_ENDED_AS_DEAD = {"state": State.INTERRUPTED, "message": DIED}
"""Selects attempts that another process ended because the lease had expired; other ends have other messages."""


def _halt(row: Mapping[str, Any] | None) -> Halt | None:
    if row is None:
        return "lost"
    if row["is_stop_requested"]:
        return "stopped"
    if row["state"] not in Generation.IN_FLIGHT:
        return "lost"
    read = max(moment for moment in (row["created_at"], row[_SEEN]) if moment)
    return "unread" if row["now"] - read > UNREAD and not row[_KEEPS] else None


def _finish(generation: Generation, end: End, now: datetime) -> None:
    generation.state, generation.text, generation.message = end.state, storable(end.text), end.message
    generation.queue_position, generation.ended_at, generation.reason = 0, now, storable(end.reason)
    generation.raw = "" if end.output else storable(end.raw)  # the output has the raw text
    generation.save(update_fields=["state", "text", "raw", "message", "reason", "queue_position", "ended_at"])
    if end.output:
        save_outputs(generation.turn.dialogue, [end.output])
    _settle(generation.turn, end)


def _settle(turn: Turn, end: End) -> None:
    """Store the turn's end. After an interrupted or failed attempt it stays pending, because another may follow."""
    response = storable(end.text).strip()
    if turn.state not in (Turn.State.PENDING, Turn.State.STOPPED):
        return
    if end.state == State.COMPLETE or (end.state == State.STOPPED and response):
        turn.state = Turn.State.COMPLETE if end.state == State.COMPLETE else Turn.State.STOPPED
        turn.response = response
        turn.utterance_tokens, turn.response_tokens = end.utterance_tokens, end.response_tokens
        turn.save(update_fields=["state", "response", "utterance_tokens", "response_tokens"])
    elif end.state == State.STOPPED or end.is_final:
        turn.state = Turn.State.FAILED
        turn.save(update_fields=["state"])
    index_dialogues([turn.dialogue_id])
