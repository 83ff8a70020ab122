"""What people do in a chat: say something, ask for another try, stop a reply, leave a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from collection.chat import generations
from collection.chat.protocol import MESSAGE_LIMIT, MESSAGES_PER_MINUTE, TypingNotes
from collection.chat.responding import Question, read_question
from collection.chat.standing import BUSY, CLOSED, OVER, RELEASED, why_no_message
from collection.participation.admission import has_lost_place, is_running
from collection.participation.goals import ANSWERED
from studies.models import Dialogue, Generation, Turn, Typing

BLANK = "Please write something first."
TOO_FAST = "That was a lot of messages in a minute. Please wait a moment and send this one again."
NOT_STORED = "Your message could not be saved just now. It is back in the box: please send it again in a moment."
LATER = "The server cannot reach its database at the moment. Your text stays here: please try again in a moment."
NOTHING_TO_RETRY = "There is no message left that waits for an answer."


class NotTaken(Exception):
    """What somebody wanted was not done, and nothing was stored; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a message was stored, and what is to be asked of the chatbot now: nothing for a message that had come before."""

    position: int
    question: Question | None


@transaction.atomic
def say(dialogue: int, key: str, text: str, typing: TypingNotes, owner: str, now: datetime) -> Asked:
    """Stores a message with the try at answering it, for which ``owner`` is to ask the chatbot. Raises NotTaken.

    A ``key`` that came before gives the same message again, whatever became of it since.
    """
    locked = _lock(dialogue)
    said = list(locked.turns.all())
    for known in said:
        if known.key == key:
            return Asked(known.position, None)
    _check(_why_no_message(locked, owner, now) or _why_not_this(text) or _why_too_fast(locked, now))
    turn = _store(locked, said, key, text, typing)
    past = [turn for turn in said if turn.state in ANSWERED]
    return Asked(turn.position, read_question(generations.begin(turn, owner, attempt=0), past))


@transaction.atomic
def retry(dialogue: int, owner: str, now: datetime) -> Question:
    """Begins another try at the last message; ``owner`` is to ask the chatbot what is returned. Raises NotTaken."""
    generations.interrupt_expired(now, dialogue=dialogue, owner=owner)
    locked = _lock(dialogue)
    _check(_why_closed(locked) or _why_too_fast(locked, now))
    turn = locked.turns.filter(state=Turn.State.PENDING).first()
    past = locked.turns.filter(state__in=ANSWERED)
    if turn is None or Generation.objects.in_flight().filter(turn=turn).exists():
        raise NotTaken(NOTHING_TO_RETRY)
    return read_question(generations.begin(turn, owner, attempt=turn.generations.count()), past)


def stop(dialogue: int) -> bool:
    """Ask the process with the try under way to end it. Return whether there is one."""
    under_way = Generation.objects.in_flight().filter(turn__dialogue=dialogue)
    return under_way.update(is_stop_requested=True) > 0


def save_draft(dialogue: int, text: str) -> None:
    """Keeps what somebody has typed and not sent. Raises NotTaken when the dialogue is over."""
    if not Dialogue.objects.filter(pk=dialogue, ended_at=None).update(draft=text):
        raise NotTaken(OVER)


def _lock(dialogue: int) -> Dialogue:
    """The dialogue as it is now, until the transaction ends. Raises NotTaken when it is gone."""
    rows = Dialogue.objects.select_for_update(of=("self",), no_key=True).select_related("study", "persona", "goal")
    found = rows.filter(pk=dialogue).first()
    if found is None:
        raise NotTaken(OVER)
    return found


def _check(why_not: str) -> None:
    if why_not:
        raise NotTaken(why_not)


def _why_no_message(dialogue: Dialogue, owner: str, now: datetime) -> str:
    """End tries of processes that are gone, so that nobody waits for them."""
    why_not = why_no_message(dialogue)
    if why_not == BUSY:
        generations.interrupt_expired(now, dialogue=dialogue.pk, owner=owner)
        why_not = why_no_message(dialogue)
    return why_not


def _why_closed(dialogue: Dialogue) -> str:
    if dialogue.ended_at is not None:
        return OVER
    if not is_running(dialogue.study):
        return CLOSED
    return RELEASED if has_lost_place(dialogue) else ""


def _why_not_this(text: str) -> str:
    if not any(character.isprintable() and not character.isspace() for character in text):
        return BLANK
    if len(text) > MESSAGE_LIMIT:
        return f"This message has {len(text):,} characters, and {MESSAGE_LIMIT:,} are allowed. Please shorten it."
    return ""


def _why_too_fast(dialogue: Dialogue, now: datetime) -> str:
    """Every message and every retry asks the chatbot once."""
    since = now - timedelta(minutes=1)
    asked = Generation.objects.filter(turn__dialogue=dialogue, created_at__gt=since).count()
    return TOO_FAST if asked >= MESSAGES_PER_MINUTE else ""


def _store(dialogue: Dialogue, said: Sequence[Turn], key: str, text: str, typing: TypingNotes) -> Turn:
    """A pending message that nobody answers any more makes room for the new one."""
    if any(turn.state == Turn.State.PENDING for turn in said):
        dialogue.turns.filter(state=Turn.State.PENDING).update(state=Turn.State.FAILED)
    turn = Turn.objects.create(dialogue=dialogue, position=len(said), utterance=text, state=Turn.State.PENDING, key=key)
    Typing.objects.create(turn=turn, **typing.model_dump())
    if dialogue.draft:
        Dialogue.objects.filter(pk=dialogue.pk).update(draft="")
    return turn
