"""Tries of the chatbot in the database: leases, how far they are, how they end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from collection.chat import generations
from collection.chat.generations import LEASE, End, Kept, LeaseLost
from collection.models import Dialogue, Generation, Participant, Turn
from tests.collection.factories import enrol_participant, make_natural_dialogue, make_pending_turn

pytestmark = pytest.mark.django_db

NOW = timezone.now()
State = Generation.State


@pytest.fixture
def dialogue() -> Dialogue:
    return make_natural_dialogue(enrol_participant(), turns=0)


@pytest.fixture
def under_way(dialogue: Dialogue) -> Generation:
    """A try that the process "mine" began just now."""
    turn = make_pending_turn(dialogue)
    turn.generations.all().delete()
    Participant.objects.update(last_seen_at=NOW)
    generation = generations.begin(turn, "mine", NOW)
    Generation.objects.update(created_at=NOW)
    return generation


def keep(generation: Generation, after: timedelta, owner: str = "mine") -> str | None:
    """What the process hears that says how far it is."""
    kept = {generation.pk: Kept("So far", State.STREAMING)}
    halts = generations.keep(kept, owner, NOW + after)
    generation.refresh_from_db()
    return halts.get(generation.pk)


def test_keeping_a_try_stores_its_text_and_renews_its_lease(under_way: Generation) -> None:
    assert keep(under_way, timedelta(seconds=5)) is None
    assert (under_way.text, under_way.state) == ("So far", State.STREAMING)
    assert under_way.lease_until == NOW + timedelta(seconds=5) + LEASE


def test_a_process_hears_that_its_try_is_to_stop(under_way: Generation) -> None:
    Generation.objects.update(is_stop_requested=True)
    assert keep(under_way, timedelta(seconds=1)) == "stopped"


def test_a_process_hears_that_its_try_is_not_its_own_any_more(under_way: Generation) -> None:
    assert keep(under_way, timedelta(seconds=1), owner="other") == "lost"
    assert under_way.text == ""


@pytest.mark.parametrize(
    ("seen", "asked", "halt"), [(61, 61, "unread"), (59, 61, None), (61, 59, None), (None, 61, "unread"), (0, 61, None)]
)
def test_a_reply_is_unread_when_its_person_was_not_seen_for_a_minute(
    under_way: Generation, seen: int | None, asked: int, halt: str | None
) -> None:
    Participant.objects.update(last_seen_at=None if seen is None else NOW - timedelta(seconds=seen))
    Generation.objects.update(created_at=NOW - timedelta(seconds=asked))
    assert keep(under_way, timedelta(0)) == halt


def test_what_a_dead_process_left_is_interrupted_with_its_text(under_way: Generation) -> None:
    keep(under_way, timedelta(0))
    generations.interrupt_expired(NOW + LEASE, owner="other")
    under_way.refresh_from_db()
    assert under_way.state == State.STREAMING, "the lease is not over yet"
    generations.interrupt_expired(NOW + LEASE + timedelta(seconds=1), owner="other")
    under_way.refresh_from_db()
    assert (under_way.state, under_way.text, under_way.message) == (State.INTERRUPTED, "So far", generations.DIED)
    assert under_way.turn.state == Turn.State.PENDING


def test_a_late_process_does_not_interrupt_itself(under_way: Generation) -> None:
    generations.interrupt_expired(NOW + 2 * LEASE, owner="mine")
    assert keep(under_way, 2 * LEASE) is None


def test_a_dead_process_that_was_to_stop_has_stopped(under_way: Generation) -> None:
    keep(under_way, timedelta(0))
    Generation.objects.update(is_stop_requested=True)
    generations.interrupt_expired(NOW + 2 * LEASE)
    turn = Turn.objects.get()
    assert (turn.state, turn.response) == (Turn.State.STOPPED, "So far")


def test_only_one_dialogue_is_looked_at_when_only_one_matters(under_way: Generation, dialogue: Dialogue) -> None:
    generations.interrupt_expired(NOW + 2 * LEASE, dialogue=dialogue.pk + 1)
    under_way.refresh_from_db()
    assert under_way.state == State.QUEUED


def test_what_was_interrupted_meanwhile_cannot_be_finished(under_way: Generation) -> None:
    generations.interrupt_expired(NOW + 2 * LEASE)
    with pytest.raises(LeaseLost):
        generations.finish(under_way.pk, "mine", End(State.COMPLETE, "All of it."), NOW)
    assert Turn.objects.get().response == ""


def test_what_was_interrupted_meanwhile_is_lost_and_stays_as_it_is(under_way: Generation) -> None:
    generations.interrupt_expired(NOW + 2 * LEASE)
    assert keep(under_way, 2 * LEASE) == "lost"
    assert (under_way.state, under_way.text) == (State.INTERRUPTED, "")


def test_the_next_try_counts_on(under_way: Generation) -> None:
    generations.finish(under_way.pk, "mine", End(State.FAILED, "Half", "It failed."), NOW)
    assert generations.begin(under_way.turn, "mine", NOW).attempt == 1


def test_a_message_to_a_dialogue_that_ended_is_settled_all_the_same(under_way: Generation, dialogue: Dialogue) -> None:
    Dialogue.objects.update(ending="left", ended_at=NOW)
    generations.finish(under_way.pk, "mine", End(State.STOPPED, " Half of it "), NOW)
    turn = Turn.objects.get()
    assert (turn.state, turn.response) == (Turn.State.STOPPED, "Half of it")


def test_the_database_holds_one_message_in_flight_and_one_try_at_it(under_way: Generation, dialogue: Dialogue) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.create(dialogue=dialogue, position=7, utterance="Q", state=Turn.State.PENDING)
    with pytest.raises(IntegrityError), transaction.atomic():
        generations.begin(under_way.turn, "other", NOW)
