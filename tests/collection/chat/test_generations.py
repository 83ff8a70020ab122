"""Attempts of the chatbot in the database: leases, progress and ends."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from collection.chat import generations
from collection.chat.generations import LEASE, End, Kept
from collection.models import Participant
from dialogue.backends.base import Reply
from dialogue.outputs import CheckedOutput
from dialogue.outputs import Output as ModelOutput
from jobs.leases import LeaseLost
from studies.models import Dialogue, Generation, Output, Turn
from tests.collection.factories import enrol_participant, make_natural_dialogue, make_pending_turn

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MARGIN = timedelta(seconds=10)
"""What a busy machine may need for a test."""
State = Generation.State


@pytest.fixture
def dialogue() -> Dialogue:
    return make_natural_dialogue(enrol_participant(), turns=0)


@pytest.fixture
def under_way(dialogue: Dialogue) -> Generation:
    """Return an attempt that the process "mine" has just begun."""
    turn = make_pending_turn(dialogue)
    turn.generations.all().delete()
    now = timezone.now()
    Participant.objects.update(last_seen_at=now)
    generation = generations.begin(turn, "mine", attempt=0)
    Generation.objects.update(created_at=now)
    return generation


def keep(generation: Generation, owner: str = "mine") -> str | None:
    """Store the attempt's progress and return the reason to end early, if any."""
    halts = generations.keep({generation.pk: Kept("So far", State.STREAMING)}, owner)
    generation.refresh_from_db()
    return halts.get(generation.pk)


def let_pass(time: timedelta) -> None:
    """Move leases into the past, as if this much time had passed."""
    Generation.objects.update(lease_until=F("lease_until") - time)


def interrupt_expired(owner: str = "other") -> None:
    """End expired attempts as another process does."""
    generations.interrupt_expired(NOW, owner=owner)


def test_keeping_a_try_stores_its_text_and_renews_its_lease(under_way: Generation) -> None:
    let_pass(LEASE - MARGIN)
    assert keep(under_way) is None
    assert (under_way.text, under_way.state) == ("So far", State.STREAMING)
    let_pass(LEASE - MARGIN)
    interrupt_expired()
    assert Generation.objects.get().state == State.STREAMING


def test_a_process_that_died_in_mid_thought_leaves_what_it_kept(under_way: Generation) -> None:
    generations.keep({under_way.pk: Kept("So far", State.STREAMING, raw="So far<think>Hm")}, "mine")
    let_pass(2 * LEASE)
    interrupt_expired()
    generation = Generation.objects.get()
    assert (generation.state, generation.text, generation.raw) == (State.INTERRUPTED, "So far", "So far<think>Hm")


def test_leases_are_counted_by_the_databases_clock(under_way: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose clock is an hour off ends no other attempts and does not keep its own longer."""
    for wrong in (timedelta(hours=1), timedelta(hours=-1)):
        with monkeypatch.context() as process:
            process.setattr(timezone, "now", lambda wrong=wrong: datetime.now(UTC) + wrong)
            assert keep(under_way) is None
            generations.interrupt_expired(timezone.now(), owner="other")
            assert Generation.objects.get().state == State.STREAMING
    let_pass(LEASE + timedelta(seconds=1))
    interrupt_expired()
    assert Generation.objects.get().state == State.INTERRUPTED


def test_a_process_hears_that_its_try_is_to_stop(under_way: Generation) -> None:
    Generation.objects.update(is_stop_requested=True)
    assert keep(under_way) == "stopped"


def test_a_process_hears_that_its_try_is_not_its_own_any_more(under_way: Generation) -> None:
    assert keep(under_way, owner="other") == "lost"
    assert under_way.text == ""


@pytest.mark.parametrize(
    ("seen", "asked", "halt"), [(61, 61, "unread"), (30, 61, None), (61, 30, None), (None, 61, "unread"), (0, 61, None)]
)
def test_a_reply_is_unread_when_its_person_was_not_seen_for_a_minute(
    under_way: Generation, seen: int | None, asked: int, halt: str | None
) -> None:
    now = timezone.now()
    Participant.objects.update(last_seen_at=None if seen is None else now - timedelta(seconds=seen))
    Generation.objects.update(created_at=now - timedelta(seconds=asked))
    assert keep(under_way) == halt


def test_what_a_dead_process_left_is_interrupted_with_its_text(under_way: Generation) -> None:
    keep(under_way)
    let_pass(LEASE - MARGIN)
    interrupt_expired()
    under_way.refresh_from_db()
    assert under_way.state == State.STREAMING, "the lease is not over yet"
    let_pass(2 * MARGIN)
    interrupt_expired()
    under_way.refresh_from_db()
    assert (under_way.state, under_way.text, under_way.message) == (State.INTERRUPTED, "So far", generations.DIED)
    assert under_way.turn.state == Turn.State.PENDING


def test_a_late_process_does_not_interrupt_itself(under_way: Generation) -> None:
    let_pass(2 * LEASE)
    interrupt_expired(owner="mine")
    generations.interrupt_expired(NOW, held={under_way.pk: "a reply"}.keys())
    assert Generation.objects.get().state == State.QUEUED
    assert keep(under_way) is None


def test_a_reply_asked_to_stop_counts_as_stopped_if_its_process_dies(under_way: Generation) -> None:
    keep(under_way)
    Generation.objects.update(is_stop_requested=True)
    let_pass(2 * LEASE)
    interrupt_expired()
    turn = Turn.objects.get()
    assert (turn.state, turn.response) == (Turn.State.STOPPED, "So far")


def test_only_one_dialogue_is_queried_if_only_one_matters(under_way: Generation, dialogue: Dialogue) -> None:
    let_pass(2 * LEASE)
    generations.interrupt_expired(NOW, dialogue=dialogue.pk + 1)
    under_way.refresh_from_db()
    assert under_way.state == State.QUEUED


def test_a_disconnected_process_resumes_replies_ended_on_its_behalf(under_way: Generation) -> None:
    let_pass(2 * LEASE)
    interrupt_expired()
    assert keep(under_way) is None
    assert (under_way.state, under_way.text, under_way.message, under_way.ended_at) == (
        State.STREAMING,
        "So far",
        "",
        None,
    )


def test_a_reply_that_was_interrupted_meanwhile_is_complete_when_its_process_says_so(under_way: Generation) -> None:
    let_pass(2 * LEASE)
    interrupt_expired()
    for _ in range(2):  # the answer of the database may get lost
        generations.finish(under_way.pk, "mine", End(State.COMPLETE, "All of it."), NOW)
    turn, generation = Turn.objects.get(), Generation.objects.get()
    assert (turn.state, turn.response) == (Turn.State.COMPLETE, "All of it.")
    assert (generation.state, generation.text, generation.message) == (State.COMPLETE, "All of it.", "")
    assert "all of it" in turn.dialogue.search_text.words


def test_raw_output_is_stored_once_even_if_its_end_is_stored_repeatedly(under_way: Generation) -> None:
    reply = Reply("All of it.", "stop", 1, 5, 0.1, 0.2, thoughts="Hm", marked="<think>Hm</think>All of it.")
    generations.keep({under_way.pk: Kept("", State.STREAMING, raw="<think>Hm")}, "mine")
    end = End(
        State.COMPLETE, reply.text, output=ModelOutput("responder", 0, 0, reply, CheckedOutput("said")), raw=reply.raw
    )
    for _ in range(2):  # the answer of the database may get lost
        generations.finish(under_way.pk, "mine", end, NOW)
    assert (Output.objects.get().raw, Generation.objects.get().raw) == (reply.raw, "")


def test_a_reply_that_was_stopped_meanwhile_has_all_that_its_page_showed(under_way: Generation) -> None:
    keep(under_way)
    Generation.objects.update(is_stop_requested=True)
    let_pass(2 * LEASE)
    interrupt_expired()
    assert keep(under_way) == "stopped"
    generations.finish(under_way.pk, "mine", End(State.STOPPED, "So far so good"), NOW)
    assert (Turn.objects.get().state, Turn.objects.get().response) == (Turn.State.STOPPED, "So far so good")


def test_after_a_retry_the_text_of_an_interrupted_attempt_stays_with_it(under_way: Generation) -> None:
    let_pass(2 * LEASE)
    interrupt_expired()
    again = generations.begin(under_way.turn, "other", attempt=1)
    assert keep(under_way) == "lost"
    end = End(State.COMPLETE, "All of it.", raw="<think>Hm</think>All of it.")
    generations.finish(under_way.pk, "mine", end, NOW)
    under_way.refresh_from_db()
    again.refresh_from_db()
    assert (under_way.state, under_way.text, again.state) == (State.INTERRUPTED, end.text, State.QUEUED)
    assert under_way.raw == end.raw
    assert (Turn.objects.get().state, Turn.objects.get().response) == (Turn.State.PENDING, "")


def test_a_try_that_its_own_process_has_ended_meanwhile_stays_ended(under_way: Generation) -> None:
    generations.finish(under_way.pk, "mine", End(State.INTERRUPTED, "Half", "The server was restarted."), NOW)
    assert keep(under_way) == "lost"
    assert (under_way.state, under_way.text) == (State.INTERRUPTED, "Half")
    assert under_way.message == "The server was restarted."


def test_a_late_reply_is_kept_without_changing_a_dialogue_that_moved_on(
    under_way: Generation, dialogue: Dialogue
) -> None:
    let_pass(2 * LEASE)
    interrupt_expired()
    Turn.objects.update(state=Turn.State.FAILED)
    assert keep(under_way) == "lost"
    generations.finish(under_way.pk, "mine", End(State.COMPLETE, "All of it."), NOW)
    assert (Turn.objects.get().state, Turn.objects.get().response) == (Turn.State.FAILED, "")
    assert (Generation.objects.get().state, Generation.objects.get().text) == (State.INTERRUPTED, "All of it.")


def test_nothing_is_stored_for_a_person_who_has_withdrawn(under_way: Generation, dialogue: Dialogue) -> None:
    Dialogue.objects.all().delete()
    assert generations.keep({under_way.pk: Kept("So far", State.STREAMING)}, "mine") == {under_way.pk: "lost"}
    with pytest.raises(LeaseLost):
        generations.finish(under_way.pk, "mine", End(State.COMPLETE, "All of it."), NOW)
    assert not Generation.objects.exists()


def test_another_try_may_follow_one_that_failed(under_way: Generation) -> None:
    generations.finish(under_way.pk, "mine", End(State.FAILED, "Half", "It failed."), NOW)
    generations.begin(under_way.turn, "mine", attempt=1)
    assert list(Generation.objects.values_list("state", flat=True)) == [State.FAILED, State.QUEUED]


def test_a_message_to_a_dialogue_that_ended_is_settled_all_the_same(under_way: Generation, dialogue: Dialogue) -> None:
    Dialogue.objects.update(ending="left", ended_at=NOW)
    generations.finish(under_way.pk, "mine", End(State.STOPPED, " Half of it "), NOW)
    turn = Turn.objects.get()
    assert (turn.state, turn.response) == (Turn.State.STOPPED, "Half of it")


def test_the_database_holds_one_message_in_flight_and_one_try_at_it(under_way: Generation, dialogue: Dialogue) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.create(dialogue=dialogue, position=7, utterance="Q", state=Turn.State.PENDING)
    with pytest.raises(IntegrityError), transaction.atomic():
        generations.begin(under_way.turn, "other", attempt=1)
