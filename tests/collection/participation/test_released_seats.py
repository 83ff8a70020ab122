"""Seats of inactive participants: released for the next person, and taken back on return while there is room."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collection.chat.chat_state import permissions_of
from collection.chat.messages import Refusal, send_message
from collection.chat.protocol import TypingNotes
from collection.models import Participant, Recruitment, Release
from collection.participation.eligibility import free_seats, is_released, release_seat, take_back
from collection.participation.persona_form import answer_form
from enrolment.protocol import NotEligible
from studies.models import Dialogue, Study
from tests.collection.factories import FEATURES, enrol_participant, make_answered_turn, make_open_study
from tests.enrolment.people import enrol, personal_token
from tests.enrolment.visits import agree
from tests.installation import MODELS_FILE

pytestmark = pytest.mark.django_db
NOW = timezone.now()
State = Participant.State


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def leave_for(hours: float, *people: Participant) -> None:
    """Make the participants inactive for that long."""
    chosen = Participant.objects.filter(pk__in=[one.pk for one in people]) if people else Participant.objects.all()
    chosen.update(last_seen_at=NOW - timedelta(hours=hours))


def browser(participant: Participant) -> Client:
    """Return a client with the participant's cookie."""
    client = Client()
    client.get(f"/s/demo/p/{personal_token(participant)}/")
    return client


def full_study(**fields: Any) -> tuple[Study, Participant, Participant]:
    """Return a study with two seats, held by two people, the first of whom has been inactive for a month."""
    study = make_open_study(seats=2, **fields)
    first, second = enrol_participant(study), enrol(study)
    leave_for(24 * 30, first)
    return study, first, second


def test_a_place_whose_participant_went_away_goes_to_the_next_person_and_that_is_kept() -> None:
    study, first, second = full_study()
    assert free_seats(study.recruitment, NOW) == 1
    assert "I agree to take part" in Client().get("/s/demo/").text
    assert enrol(study, now=NOW).state == State.ENROLLED
    [release] = Release.objects.all()
    assert (release.participant, release.released_at, release.released_by) == (first, NOW, "")
    assert (is_released(first), is_released(second)) == (True, False)
    with pytest.raises(NotEligible, match="full"):
        enrol(study, now=NOW)


def test_only_as_many_places_are_released_as_are_needed_of_those_longest_away() -> None:
    study = make_open_study(seats=3)
    people = [enrol(study) for _ in range(3)]
    for hours, one in zip((400, 900, 500), people, strict=True):
        leave_for(hours, one)
    enrol(study)
    assert [is_released(one) for one in people] == [False, True, False]


def test_who_answers_the_form_holds_a_place_already_and_needs_nobody_elses() -> None:
    _, first, second = full_study()
    answer_form(second, FEATURES, now=NOW)
    second.refresh_from_db()
    assert (second.state, is_released(first)) == (State.ACTIVE, False)


@pytest.mark.parametrize(
    ("hours", "away", "is_free"), [(None, 24 * 365, False), (48, 47, False), (48, 49, True), (1, 2, True)]
)
def test_the_study_sets_after_how_long(hours: int | None, away: float, is_free: bool) -> None:
    study = make_open_study(seats=1, released_after_hours=hours)
    enrol(study)
    leave_for(away)
    assert (free_seats(study.recruitment, NOW) == 1) is is_free


@pytest.mark.parametrize("state", [State.FINISHED, State.SCREENED_OUT])
def test_who_has_ended_went_nowhere(state: str) -> None:
    study = make_open_study(seats=2)
    enrol(study)
    enrol(study)
    leave_for(24 * 365)
    Participant.objects.update(state=state)
    assert free_seats(study.recruitment, NOW) == (0 if state == State.FINISHED else 2)


def test_a_place_in_a_quota_is_released_too() -> None:
    study = make_open_study(quotas={"gender": {"Female": 1}})
    first = enrol_participant(study)
    leave_for(24 * 30)
    assert enrol_participant(study).state == State.ACTIVE
    assert is_released(first)
    assert enrol_participant(study).state == State.TURNED_AWAY
    assert not take_back(first, NOW)


def test_a_study_without_limits_releases_nothing() -> None:
    study = make_open_study()
    first = enrol_participant(study)
    leave_for(24 * 365)
    enrol_participant(study)
    assert not is_released(first)


def test_who_returns_before_anybody_came_goes_on_as_if_nothing_had_been() -> None:
    _, first, _ = full_study()
    client = browser(first)
    assert client.post("/s/demo/start/")["Location"] == "/s/demo/chat/"
    assert not Release.objects.exists()


def test_a_returning_participant_reads_whether_there_is_room_and_finds_all_messages() -> None:
    study, first, _ = full_study()
    client = browser(first)
    client.post("/s/demo/start/")
    running = Dialogue.objects.get()
    make_answered_turn(running, 0, utterance="This is mine.")
    leave_for(24 * 30, first)
    newcomer = enrol(study)
    for address in ("start/", "chat/", "form/", "end/"):
        assert client.get(f"/s/demo/{address}")["Location"] == "/s/demo/return/"
    assert "your place was released" in client.get("/s/demo/").text
    assert "You can continue if there is a place left" in client.get("/s/demo/return/").text
    refused = client.post("/s/demo/return/")
    assert (refused.status_code, "No places left" in refused.text) == (403, True)
    assert client.post(f"/s/demo/chat/{running.token}/next/")["Location"] == "/s/demo/return/"
    running.refresh_from_db()
    assert running.ended_at is None
    assert "This is mine." in client.get("/s/demo/data/").text
    Participant.objects.filter(pk=newcomer.pk).update(state=State.SCREENED_OUT)
    assert client.post("/s/demo/return/")["Location"] == "/s/demo/chat/"
    assert "This is mine." in client.get("/s/demo/chat/").text
    assert Release.objects.get().taken_back_at is not None


def test_what_is_sent_from_a_page_that_was_open_all_the_time_counts_if_there_is_room() -> None:
    study = make_open_study(seats=1)
    client = Client()
    agree(client)
    release_seat(_away(), "anna", NOW)
    assert client.post("/s/demo/form/", FEATURES)["Location"] == "/s/demo/start/"
    assert Participant.objects.get().state == State.ACTIVE
    assert free_seats(study.recruitment, NOW) == 0


def _away() -> Participant:
    leave_for(1)
    return Participant.objects.get()


def test_a_researcher_releases_places_of_people_who_are_not_there_and_of_nobody_else() -> None:
    participant = enrol_participant(make_open_study(seats=1))
    assert not release_seat(participant, "anna", NOW)
    leave_for(1)
    assert release_seat(participant, "anna", NOW)
    assert not release_seat(participant, "anna", NOW)
    assert [(one.released_by, one.released_at) for one in Release.objects.all()] == [("anna", NOW)]
    take_back(participant, NOW)
    Participant.objects.update(state=State.FINISHED, last_seen_at=NOW - timedelta(days=1))
    assert not release_seat(participant, "anna", NOW)


def test_a_released_place_takes_no_messages_and_no_answers() -> None:
    study = make_open_study(seats=1)
    participant = enrol(study)
    leave_for(1)
    release_seat(participant, "anna", NOW)
    answer_form(participant, FEATURES)
    participant.refresh_from_db()
    assert participant.state == State.ENROLLED
    take_back(participant, NOW)
    answer_form(participant, FEATURES)
    client = browser(participant)
    client.post("/s/demo/start/")
    leave_for(1)
    release_seat(participant, "anna", NOW)
    dialogue = Dialogue.objects.get()
    with pytest.raises(Refusal, match="Your place was released while you were away"):
        send_message(dialogue.pk, "key-00001", "Am I late?", TypingNotes(), "server-1", NOW)
    assert permissions_of(dialogue)["may_write"] is False
    take_back(participant, NOW)
    assert permissions_of(dialogue)["may_write"] is True


def test_withdrawing_needs_no_place_and_a_closed_study_says_that_it_is_closed() -> None:
    participant = enrol_participant(make_open_study(seats=1))
    leave_for(1)
    release_seat(participant, "anna", NOW)
    client = browser(participant)
    Recruitment.objects.update(is_open=False)
    assert "The study is closed at the moment" in client.get("/s/demo/start/").text
    client.post("/s/demo/withdraw/")
    assert Participant.objects.get().state == State.WITHDRAWN
