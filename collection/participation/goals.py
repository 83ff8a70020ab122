"""Progress through the goals: where a participant is, and how they continue."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from collection.models import Participant
from collection.participation.assignment import redraw_conditions
from collection.participation.chatbot import Chatbot, read_chatbot
from collection.participation.eligibility import is_running
from collection.participation.finished_goals import finished_goals, is_finished, missing_answers, states_of_turns
from collection.participation.surveys import SurveyStep, due_survey
from dialogue.backends.base import ModelMisconfigured
from studies.chatbots import chatbot_of, is_agreed
from studies.models import Condition, Dialogue, Generation, Goal, Turn
from studies.questions.sentences import write_sentence
from studies.signals import dialogue_over

logger = logging.getLogger(__name__)


class GoalLocked(Exception):
    """The participant may not continue yet; the message is a sentence for them."""


class ChatbotUnavailable(Exception):
    """No dialogue can begin, for reasons beyond the participant's control; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A participant's progress: the goal's ``position``, counted from 1, of ``total``, and the number of complete tasks.

    A goal that was left with enough answered messages is finished, but not complete. ``why_not`` is a sentence while they
    cannot continue.
    """

    position: int
    total: int
    complete: int
    may_go_on: bool
    why_not: str
    is_last: bool


def progress_of(dialogue: Dialogue) -> Progress:
    """Return the participant's progress with this dialogue's goal. Raises ValueError for a dialogue without a participant."""
    participant = _participant(dialogue)
    why_not = why_locked(dialogue)
    return Progress(
        position=participant.goal_order.index(dialogue.goal.number) + 1,
        total=len(participant.goal_order),
        complete=participant.dialogues.filter(ending="next_goal").count(),
        may_go_on=not why_not,
        why_not=why_not,
        is_last=not goals_left(participant),
    )


def goals_left(participant: Participant) -> list[int]:
    """Return the numbers of the goals that are neither finished nor in progress, in order."""
    dialogues = participant.dialogues.select_related("goal")
    begun = {dialogue.goal.number for dialogue in dialogues if dialogue.ended_at is None or is_finished(dialogue)}
    return [number for number in participant.goal_order if number not in begun]


def next_survey(participant: Participant) -> SurveyStep | None:
    """Return the page of questions that the participant, who is not chatting, must answer now; None if there is none."""
    return due_survey(participant, finished_goals(participant), is_through=not goals_left(participant))


def condition_for(participant: Participant, number: int) -> Condition | None:
    """Return the condition in which the participant gets this goal; None in a study without conditions."""
    names = dict(zip(participant.goal_order, participant.conditions, strict=False))
    return participant.study.conditions.get(name=names[number]) if number in names else None


def instruction_for(participant: Participant) -> str:
    """Return the instruction that comes with each of the participant's goals; empty if they differ."""
    study = participant.study
    own = dict(study.conditions.filter(name__in=participant.conditions).values_list("name", "instruction"))
    found = {own.get(name) or study.instruction for name in participant.conditions or [""]}
    return found.pop() if len(found) == 1 else ""


def begin_goal(participant: Participant) -> Dialogue | None:
    """Return the participant's running dialogue, or begin one about the next goal. Return None if all goals are finished,
    questions come first, the study is closed, or another request has just moved the participant on.

    A repeated call begins no second dialogue. Raises ChatbotUnavailable.
    """
    responder = _next_responder(participant)
    with transaction.atomic():
        return _begin(_lock(participant), responder, timezone.now())


def go_on(dialogue: Dialogue) -> Dialogue | None:
    """End the dialogue and begin the next. Return None if questions come first, after the last, which finishes the
    participant, and for a participant who has just withdrawn.

    A repeated request for the same dialogue changes nothing. Raises GoalLocked and ChatbotUnavailable.
    """
    participant = _participant(dialogue)
    responder = _next_responder(participant)
    with transaction.atomic():
        locked, now = _lock(participant), timezone.now()
        rows = Dialogue.objects.select_for_update(of=("self",)).select_related("study")
        current = rows.filter(pk=dialogue.pk).first()
        if current is not None and current.ended_at is None:
            if why_not := why_locked(current):
                raise GoalLocked(why_not)
            close_dialogue(current, "next_goal", now)
        return _begin(locked, responder, now)


def leave_dialogues(dialogues: QuerySet[Dialogue], now: datetime) -> None:
    """End the running ones as left, because their participants left or the study was closed."""
    with transaction.atomic():
        for dialogue in dialogues.filter(ended_at=None).select_for_update(of=("self",)):
            close_dialogue(dialogue, "left", now)


def close_dialogue(dialogue: Dialogue, ending: Literal["next_goal", "left"], now: datetime) -> None:
    """End a person's dialogue, which the caller has locked: stop a reply in progress, and delete the draft.

    An unanswered utterance stays unanswered. Pages that show the dialogue reload.
    """
    dialogue.ending, dialogue.ended_at, dialogue.draft = ending, now, ""
    dialogue.save(update_fields=["ending", "ended_at", "draft"])
    dialogue_over.send(sender=Dialogue, dialogue=dialogue)
    under_way = _under_way(dialogue)
    under_way.update(is_stop_requested=True)
    unanswered = dialogue.turns.filter(state=Turn.State.PENDING).exclude(generations__in=under_way)
    unanswered.update(state=Turn.State.FAILED)


def _begin(locked: Participant, responder: Chatbot | None, now: datetime) -> Dialogue | None:
    """Begin the next goal, within the transaction that holds the participant's row."""
    running = locked.dialogues.filter(ended_at=None).first()
    if running is not None or locked.state != Participant.State.ACTIVE or not is_running(locked.study):
        return running
    if next_survey(locked) is not None:
        return None
    left = goals_left(locked)
    if not left:
        _finish(locked, now)
        return None
    assert responder is not None, "a participant has a chatbot as long as goals are left"  # noqa: S101
    if responder.condition != condition_for(locked, left[0]):
        return None  # another request has meanwhile moved them on to a goal with another chatbot
    return _new_dialogue(locked, locked.study.goals.get(number=left[0]), responder)


def _new_dialogue(participant: Participant, goal: Goal, responder: Chatbot) -> Dialogue:
    persona = participant.persona
    assert persona is not None, "active participants have answered the form"  # noqa: S101
    return Dialogue.objects.create(
        study=participant.study,
        goal=goal,
        persona=persona,
        persona_sentence=write_sentence(participant.study.persona_template, persona.features),
        kind=Dialogue.Kind.NATURAL,
        condition=responder.condition,
        responder=responder.about(goal.text),
        seed=secrets.randbelow(2**31),
    )


def _finish(locked: Participant, now: datetime) -> None:
    locked.state, locked.ended_at, locked.last_seen_at = Participant.State.FINISHED, now, now
    locked.save(update_fields=["state", "ended_at", "last_seen_at"])


def _next_responder(participant: Participant) -> Chatbot | None:
    """Return the chatbot for the next dialogue, whose condition is drawn now; None if no goal is left. Raises
    ChatbotUnavailable.

    Call it outside of the transaction, because hashing a large model's file for the first time takes long.
    """
    redraw_conditions(participant, timezone.now())
    left = goals_left(participant)
    if not left:
        return None
    condition = condition_for(participant, left[0])
    if not is_agreed(chatbot_of(participant.study, condition).model, participant.consent_provider):
        logger.error(
            "Study %s: its chatbot has moved to a provider that participants did not agree to.", participant.study.slug
        )
        raise ChatbotUnavailable(
            gettext(
                "The chatbot now runs on a service to which you have not agreed, so you cannot continue. "
                "Please contact the researchers who invited you."
            )
        )
    try:
        return read_chatbot(settings.MODELS_FILE, participant.study, condition)
    except ModelMisconfigured as error:
        logger.error("Study %s: no dialogue can begin: %s", participant.study.slug, error)
        raise ChatbotUnavailable(
            gettext("The chatbot cannot be reached at the moment. Please try again later.")
        ) from error


def why_locked(dialogue: Dialogue) -> str:
    """Return a sentence that says why the participant may not continue from this dialogue; empty if they may."""
    if dialogue.ended_at is not None:
        return gettext("You have already finished this goal.")
    if _under_way(dialogue).exists():
        return gettext("Wait until the chatbot has answered, or stop the reply.")
    states = states_of_turns(dialogue)
    missing = missing_answers(dialogue, states)
    if missing == 0:
        return ""
    return (_why_more(missing) if states else _why_some(missing)).format(missing=missing)


def _why_some(missing: int) -> str:
    return ngettext(
        "Send a message and read the reply before you continue.",
        "Send {missing} messages before you continue.",
        missing,
    )


def _why_more(missing: int) -> str:
    return ngettext(
        "Send one more message and read the reply before you continue.",
        "Send {missing} more messages before you continue.",
        missing,
    )


def _under_way(dialogue: Dialogue) -> QuerySet[Generation]:
    return Generation.objects.under_way().filter(turn__dialogue=dialogue)


def _participant(dialogue: Dialogue) -> Participant:
    participant: Participant | None = getattr(dialogue.persona, "participant", None)
    if participant is None:
        raise ValueError(f"The dialogue {dialogue.token} has no participant.")
    return participant


def _lock(participant: Participant) -> Participant:
    """Return the participant with current values, locked until the transaction ends."""
    return Participant.objects.select_for_update(of=("self",)).select_related("study", "persona").get(pk=participant.pk)
