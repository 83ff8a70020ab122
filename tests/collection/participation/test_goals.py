"""Goals: when a participant may continue, and what continuing does."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from collection.models import Participant, Recruitment
from collection.participation.goals import (
    ChatbotUnavailable,
    GoalLocked,
    begin_goal,
    go_on,
    leave_dialogues,
    progress_of,
)
from collection.research.opening import close_study
from studies.models import Dialogue, Generation, Turn
from tests.collection.factories import (
    enrol_participant,
    make_answered_turn,
    make_natural_dialogue,
    make_open_study,
    make_pending_turn,
)
from tests.enrolment.people import withdraw
from tests.factories import make_dialogue
from tests.installation import MODELS_FILE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def begun(**study: Any) -> Dialogue:
    dialogue = begin_goal(enrol_participant(make_open_study(**study)))
    assert dialogue is not None
    return dialogue


def answer(dialogue: Dialogue) -> None:
    """Store one more message of the participant with the chatbot's reply."""
    make_answered_turn(dialogue, dialogue.turns.count())


def test_the_first_goal_begins_a_natural_dialogue_that_says_who_talks_with_what() -> None:
    dialogue = begun()
    assert (dialogue.kind, dialogue.goal.number, dialogue.inquirer, dialogue.ended_at) == ("natural", 1, {}, None)
    assert dialogue.persona_sentence.startswith("a 25 to 34-year-old White individual")
    assert (dialogue.responder["model"], dialogue.responder["prompts"]) == ("tiny", "llama-2-responder")
    assert dialogue.seed is not None
    assert 0 <= dialogue.seed < 2**31


def test_beginning_twice_begins_once() -> None:
    participant = enrol_participant()
    assert begin_goal(participant) == begin_goal(participant)
    assert Dialogue.objects.count() == 1


def test_goals_come_in_the_participants_order() -> None:
    participant = enrol_participant(make_open_study(goal_count=3, min_turns=0))
    Participant.objects.update(goal_order=[3, 1, 2])
    participant.refresh_from_db()
    numbers = []
    while dialogue := begin_goal(participant):
        numbers.append(dialogue.goal.number)
        leave_dialogues(participant.dialogues, timezone.now())
    assert numbers == [3, 1, 2]


def test_progress_counts_goals_and_complete_tasks() -> None:
    dialogue = begun(goal_count=3)
    answer(dialogue)
    second = go_on(dialogue)
    assert second is not None
    progress = progress_of(second)
    assert (progress.position, progress.total, progress.complete, progress.is_last) == (2, 3, 1, False)
    assert (progress.may_go_on, progress.why_not) == (False, "Send a message and read the reply before you continue.")


@pytest.mark.parametrize(
    ("study", "answered", "following"),
    [
        ({}, 1, 2),
        ({}, 0, 1),
        ({"min_turns": 2}, 1, 1),
        ({"min_turns": 0}, 0, 2),
        ({"min_turns": 2, "max_turns": 2}, 2, 2),
    ],
)
def test_a_goal_that_was_left_is_behind_once_it_has_enough_answers_but_never_complete(
    study: dict[str, Any], answered: int, following: int
) -> None:
    dialogue = begun(**study)
    for _ in range(answered):
        answer(dialogue)
    leave_dialogues(Dialogue.objects.all(), timezone.now())
    last = begin_goal(dialogue.persona.participant)
    assert last is not None
    progress = progress_of(last)
    assert (progress.position, progress.complete, progress.is_last) == (following, 0, following == 2)


def test_messages_without_an_answer_are_not_enough() -> None:
    dialogue = begun()
    answer(dialogue)
    Turn.objects.update(state=Turn.State.FAILED, response="")
    leave_dialogues(Dialogue.objects.all(), timezone.now())
    again = begin_goal(dialogue.persona.participant)
    assert again is not None
    assert again != dialogue
    assert again.goal == dialogue.goal


def test_nobody_finishes_by_having_the_study_closed_over_them() -> None:
    dialogue = begun(goal_count=1)
    participant = dialogue.persona.participant
    assert participant is not None
    for _ in range(3):
        close_study(participant.study)
        Recruitment.objects.update(is_open=True)
        assert begin_goal(participant) is not None
    participant.refresh_from_db()
    assert participant.state == Participant.State.ACTIVE


def test_going_on_ends_the_dialogue_and_begins_the_next() -> None:
    dialogue = begun()
    answer(dialogue)
    following = go_on(dialogue)
    dialogue.refresh_from_db()
    assert (dialogue.ending, following and following.goal.number) == ("next_goal", 2)
    assert dialogue.ended_at is not None


def test_going_on_twice_goes_on_once() -> None:
    dialogue = begun(goal_count=3)
    answer(dialogue)
    assert go_on(dialogue) == go_on(dialogue)
    assert Dialogue.objects.count() == 2


def test_nothing_begins_and_nobody_finishes_in_a_study_that_was_closed() -> None:
    first, last = begun(), begun(slug="other", goal_count=1)
    for dialogue in (first, last):
        answer(dialogue)
        close_study(dialogue.study)
        assert go_on(dialogue) is None
    assert Dialogue.objects.count() == 2
    assert set(Participant.objects.values_list("state", flat=True)) == {Participant.State.ACTIVE}


def test_the_last_goal_finishes_the_participant_even_when_the_chatbot_is_gone(settings: Settings) -> None:
    dialogue = begun(goal_count=1)
    answer(dialogue)
    settings.MODELS_FILE = "/nowhere/models.toml"
    assert go_on(dialogue) is None
    participant = Participant.objects.get()
    assert participant.state == Participant.State.FINISHED
    assert participant.ended_at is not None


@pytest.mark.parametrize(
    ("min_turns", "answered", "sentence"),
    [
        (1, 0, "Send a message and read the reply before you continue."),
        (3, 0, "Send 3 messages before you continue."),
        (3, 1, "Send 2 more messages before you continue."),
        (3, 2, "Send one more message and read the reply before you continue."),
    ],
)
def test_nobody_goes_on_before_the_minimum_of_answered_messages(min_turns: int, answered: int, sentence: str) -> None:
    dialogue = begun(min_turns=min_turns)
    for _ in range(answered):
        answer(dialogue)
    with pytest.raises(GoalLocked) as refusal:
        go_on(dialogue)
    assert (str(refusal.value), progress_of(dialogue).why_not) == (sentence, sentence)
    assert Dialogue.objects.get().ended_at is None


@pytest.mark.parametrize(("state", "may_go_on"), [("complete", True), ("stopped", True), ("failed", False)])
def test_a_stopped_answer_counts_and_a_failed_one_does_not(state: str, may_go_on: bool) -> None:
    dialogue = begun()
    answer(dialogue)
    Turn.objects.update(state=state)
    assert progress_of(dialogue).may_go_on is may_go_on


def test_a_study_without_a_minimum_lets_go_at_once() -> None:
    assert progress_of(begun(min_turns=0)).may_go_on


def test_who_has_no_messages_left_may_go_on_though_the_chatbot_never_answered() -> None:
    dialogue = begun(max_turns=1)
    answer(dialogue)
    Turn.objects.update(state=Turn.State.FAILED, response="")
    assert progress_of(dialogue).may_go_on


def test_nobody_goes_on_while_the_chatbot_answers() -> None:
    dialogue = begun()
    answer(dialogue)
    make_pending_turn(dialogue)
    with pytest.raises(GoalLocked, match="Wait until the chatbot has answered, or stop the reply"):
        go_on(dialogue)


@pytest.mark.parametrize(
    "over",
    [
        {"state": Generation.State.INTERRUPTED, "text": "A bee is"},
        {"lease_until": timezone.now() - timedelta(seconds=1), "text": "A bee is"},
    ],
)
def test_who_goes_on_from_an_answer_that_broke_off_leaves_that_message_without_one(over: dict[str, Any]) -> None:
    dialogue = begun()
    answer(dialogue)
    turn = make_pending_turn(dialogue, **over)
    go_on(dialogue)
    turn.refresh_from_db()
    assert (turn.state, turn.generations.get().text) == (Turn.State.FAILED, "A bee is")


def test_a_dialogue_that_is_left_stops_the_reply_under_way_and_forgets_the_draft() -> None:
    dialogue = begun()
    Dialogue.objects.update(draft="and wh")
    turn = make_pending_turn(dialogue)
    leave_dialogues(Dialogue.objects.all(), timezone.now())
    dialogue.refresh_from_db()
    turn.refresh_from_db()
    assert (dialogue.ending, dialogue.draft) == ("left", "")
    assert (turn.state, turn.generations.get().is_stop_requested) == (Turn.State.PENDING, True)


def test_leaving_ends_no_dialogue_again() -> None:
    dialogue = begun()
    answer(dialogue)
    go_on(dialogue)
    leave_dialogues(Dialogue.objects.all(), timezone.now())
    assert [one.ending for one in Dialogue.objects.order_by("pk")] == ["next_goal", "left"]


def test_a_chatbot_that_is_not_there_is_a_sentence_and_nothing_begins(settings: Settings) -> None:
    participant = enrol_participant(make_open_study(chatbot="gone"))
    with pytest.raises(ChatbotUnavailable, match="cannot be reached at the moment"):
        begin_goal(participant)
    assert not Dialogue.objects.exists()


def test_nobody_is_sent_to_a_provider_that_they_did_not_agree_to(settings: Settings, tmp_path: Any) -> None:
    participant = enrol_participant()
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text('[models.tiny]\nbackend = "openai"\nmodel = "gpt-4"\n')
    with pytest.raises(ChatbotUnavailable, match="a service to which you have not agreed"):
        begin_goal(participant)


def test_a_dialogue_that_nobody_here_has_has_no_progress() -> None:
    with pytest.raises(ValueError, match="no participant"):
        progress_of(make_dialogue())


def test_a_goal_that_is_over_cannot_be_left_again() -> None:
    dialogue = make_natural_dialogue(enrol_participant())
    leave_dialogues(Dialogue.objects.all(), timezone.now())
    dialogue.refresh_from_db()
    assert progress_of(dialogue).why_not == "You have already finished this goal."


def test_who_goes_on_in_the_moment_of_withdrawing_has_withdrawn() -> None:
    dialogue = begun(min_turns=0)
    withdraw(dialogue.persona.participant)
    assert go_on(dialogue) is None
    assert not Dialogue.objects.exists()
