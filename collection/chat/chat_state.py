"""The state of a chat: whether its participant may write, retry and continue, and what its pages show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from django.db.models import Count, Max, Q
from django.utils.translation import gettext, gettext_noop, ngettext

from collection.chat import protocol
from collection.chat.generations import interrupt_expired, say_end
from collection.participation.eligibility import has_lost_seat, is_running
from collection.participation.goals import why_locked
from studies.models import Dialogue, Generation, Turn

OVER = gettext_noop("You have finished this goal. Please reload the page.")
CLOSED = gettext_noop("The study has closed, so you can no longer send messages. Thank you for taking part.")
RELEASED = gettext_noop("Your place was released while you were away. Please reload the page to continue.")
BUSY = gettext_noop("Please wait until the chatbot has finished, or stop it.")


def permissions_of(dialogue: Dialogue) -> dict[str, Any]:
    """Return the fields of ``protocol.Permissions``: whether the participant may write, and whether they may continue."""
    why_not_write, why_stay = why_no_message(dialogue), why_locked(dialogue)
    following = protocol.Next(allowed=not why_stay, why_not=why_stay)
    return {"may_write": not why_not_write, "why_not": why_not_write, "next": following}


def why_no_message(dialogue: Dialogue) -> str:
    """Return a sentence that says why the participant may not write now; empty if they may.

    A message whose last attempt failed does not prevent another; it then stays without a reply.
    """
    return why_no_retry(dialogue) or why_busy(dialogue) or _why_used_up(dialogue)


def why_no_retry(dialogue: Dialogue) -> str:
    """Return a sentence that says why nothing at all may be sent, not even a retry; empty if it may."""
    if dialogue.ended_at is not None:
        return gettext(OVER)
    if not is_running(dialogue.study):
        return gettext(CLOSED)
    return gettext(RELEASED) if has_lost_seat(dialogue) else ""


def why_busy(dialogue: Dialogue) -> str:
    """Return a sentence that says that a reply is in progress; empty if none is."""
    return gettext(BUSY) if Generation.objects.in_flight().filter(turn__dialogue=dialogue).exists() else ""


def _why_used_up(dialogue: Dialogue) -> str:
    """Return why no further message may follow; an unanswered one counts as on the page."""
    most = dialogue.study.max_turns
    if most is None or dialogue.turns.count() < most:
        return ""
    sentence = ngettext(
        "You have sent the one message allowed for this goal. Please continue.",
        "You have sent all {most} messages allowed for this goal. Please continue.",
        most,
    )
    return sentence.format(most=most)


def snapshot_of(dialogue: int, owner: str, now: datetime) -> protocol.Snapshot | None:
    """Return everything the page needs; None for a deleted dialogue. First end attempts that dead processes left."""
    interrupt_expired(now, dialogue=dialogue, owner=owner)
    found = Dialogue.objects.select_related("study", "persona__participant", "goal").filter(pk=dialogue).first()
    if found is None:
        return None
    last = found.turns.order_by("position").last()
    return protocol.Snapshot(
        **permissions_of(found),
        turns=last.position + 1 if last else 0,
        draft=found.draft,
        generation=_running_reply(last) if last else None,
        ended=found.ended_at is not None,
    )


def _running_reply(last: Turn) -> protocol.RunningReply | None:
    generation = last.generations.order_by("attempt").last()
    if last.state != Turn.State.PENDING or generation is None:
        return None
    return protocol.RunningReply(
        position=last.position,
        attempt=generation.attempt,
        state=generation.state,
        place=generation.queue_position,
        text=generation.text,
        message=say_end(generation.message),
    )


def done_frame(generation: int) -> protocol.Done | None:
    """Return the frame for pages when an attempt has ended; None if its dialogue is deleted."""
    related = ("turn__dialogue__study", "turn__dialogue__persona__participant", "turn__dialogue__goal")
    found = Generation.objects.select_related(*related).filter(pk=generation).first()
    if found is None or found.state not in get_args(protocol.EndState):
        return None
    return protocol.Done(
        **permissions_of(found.turn.dialogue),
        position=found.turn.position,
        attempt=found.attempt,
        state=found.state,
        message=say_end(found.message),
    )


@dataclass(frozen=True, slots=True)
class Marks:
    """Values that reveal an outdated page: the number of turns, the attempt in progress, whether the dialogue is over."""

    turns: int
    under_way: int | None
    is_over: bool


def marks_of(dialogues: set[int]) -> dict[int, Marks]:
    """Return the marks of each dialogue; deleted ones are missing."""
    in_flight = Q(turns__generations__state__in=Generation.IN_FLIGHT)
    rows = Dialogue.objects.filter(pk__in=dialogues).values("pk", "ended_at")
    counted = rows.annotate(
        said=Count("turns", distinct=True), under_way=Max("turns__generations__attempt", filter=in_flight)
    )
    return {row["pk"]: Marks(row["said"], row["under_way"], row["ended_at"] is not None) for row in counted}
