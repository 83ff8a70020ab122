"""Participants' actions in a chat: send a message, retry its reply, stop a reply, save a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

from collection.chat import generations
from collection.chat.chat_state import OVER, why_busy, why_no_message, why_no_retry
from collection.chat.chatbots import Question, read_question
from collection.chat.protocol import MESSAGE_LIMIT, MESSAGES_PER_MINUTE, TypingNotes
from collection.participation.finished_goals import ANSWERED
from studies.models import Dialogue, Generation, Turn, Typing

BLANK = gettext_noop("Please write something first.")
TOO_FAST = gettext_noop("You have sent many messages in a minute. Please wait a moment, then send this one again.")
NOT_STORED = gettext_noop(
    "Your message could not be saved. It is back in the text box. Please send it again in a moment."
)
LATER = gettext_noop(
    "The server cannot reach its database at the moment. Your text is still here. Please try again in a moment."
)
NOTHING_TO_RETRY = gettext_noop("No message is waiting for a reply.")


class Refusal(Exception):
    """The participant's request was refused and nothing was stored; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message is stored, and the question for the chatbot: None if the message had been stored before."""

    position: int
    question: Question | None


@transaction.atomic
def send_message(dialogue: int, key: str, text: str, typing: TypingNotes, owner: str, now: datetime) -> Sent:
    """Store a message with an attempt at answering it; ``owner`` must then ask the chatbot. Raises Refusal.

    A ``key`` that was used before returns the same message, whatever has happened to it since.
    """
    locked = _lock(dialogue)
    stored = list(locked.turns.all())
    for known in stored:
        if known.key == key:
            return Sent(known.position, None)
    _check(_why_no_message(locked, owner, now) or _why_not_this(text) or _why_too_fast(locked, now))
    turn = _store(locked, stored, key, text, typing)
    past = [turn for turn in stored if turn.state in ANSWERED]
    return Sent(turn.position, read_question(generations.begin(turn, owner, attempt=0), past))


@transaction.atomic
def retry_reply(dialogue: int, owner: str, now: datetime) -> Question:
    """Begin another attempt at the last message and return the question that ``owner`` must ask the chatbot. Raises Refusal."""
    generations.interrupt_expired(now, dialogue=dialogue, owner=owner)
    locked = _lock(dialogue)
    _check(why_no_retry(locked) or _why_too_fast(locked, now))
    turn = locked.turns.filter(state=Turn.State.PENDING).first()
    past = locked.turns.filter(state__in=ANSWERED)
    if turn is None or Generation.objects.in_flight().filter(turn=turn).exists():
        raise Refusal(gettext(NOTHING_TO_RETRY))
    return read_question(generations.begin(turn, owner, attempt=turn.generations.count()), past)


def stop_reply(dialogue: int) -> bool:
    """Ask the process with the attempt in progress to end it. Return whether there is one."""
    under_way = Generation.objects.in_flight().filter(turn__dialogue=dialogue)
    return under_way.update(is_stop_requested=True) > 0


def save_draft(dialogue: int, text: str) -> None:
    """Store a participant's unsent text. Raises Refusal if the dialogue is over."""
    if not Dialogue.objects.filter(pk=dialogue, ended_at=None).update(draft=text):
        raise Refusal(gettext(OVER))


def _lock(dialogue: int) -> Dialogue:
    """Return the dialogue with current values, locked until the transaction ends. Raises Refusal if it is deleted."""
    rows = Dialogue.objects.select_for_update(of=("self",), no_key=True).select_related("study", "persona", "goal")
    found = rows.filter(pk=dialogue).first()
    if found is None:
        raise Refusal(gettext(OVER))
    return found


def _check(why_not: str) -> None:
    if why_not:
        raise Refusal(why_not)


def _why_no_message(dialogue: Dialogue, owner: str, now: datetime) -> str:
    """Return why no message can be sent, after ending the attempts of dead processes, which must not block it."""
    why_not = why_no_message(dialogue)
    if why_not and why_not == why_busy(dialogue):
        generations.interrupt_expired(now, dialogue=dialogue.pk, owner=owner)
        why_not = why_no_message(dialogue)
    return why_not


def _why_not_this(text: str) -> str:
    if not any(character.isprintable() and not character.isspace() for character in text):
        return gettext(BLANK)
    if len(text) > MESSAGE_LIMIT:
        sentence = gettext("This message has {length} characters, but at most {limit} are allowed. Please shorten it.")
        length, limit = (number_format(number, force_grouping=True) for number in (len(text), MESSAGE_LIMIT))
        return sentence.format(length=length, limit=limit)
    return ""


def _why_too_fast(dialogue: Dialogue, now: datetime) -> str:
    """Return why the participant is too fast, if so. Messages and retries both count, because each asks the chatbot once."""
    since = now - timedelta(minutes=1)
    asked = Generation.objects.filter(turn__dialogue=dialogue, created_at__gt=since).count()
    return gettext(TOO_FAST) if asked >= MESSAGES_PER_MINUTE else ""


def _store(dialogue: Dialogue, stored: Sequence[Turn], key: str, text: str, typing: TypingNotes) -> Turn:
    """Store the message as the next turn. First settle a pending message that will not be answered."""
    if any(turn.state == Turn.State.PENDING for turn in stored):
        dialogue.turns.filter(state=Turn.State.PENDING).update(state=Turn.State.FAILED)
    position = len(stored)
    turn = Turn.objects.create(dialogue=dialogue, position=position, utterance=text, state=Turn.State.PENDING, key=key)
    Typing.objects.create(turn=turn, **typing.model_dump())
    if dialogue.draft:
        Dialogue.objects.filter(pk=dialogue.pk).update(draft="")
    return turn
