"""Consent, return and the persona form: who gets a seat, and who is screened out."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from collection.models import Participant
from collection.participation.eligibility import filled_quotas, free_seats
from collection.participation.persona_form import answer_form
from enrolment.external_ids import note_refused_return
from enrolment.invitations import Invitation
from enrolment.protocol import NotEligible
from studies.models import Persona
from tests.collection.factories import FEATURES, enrol_participant, make_natural_dialogue, make_open_study
from tests.enrolment.people import enrol, enrolment_in
from tests.factories import make_study

pytestmark = pytest.mark.django_db
State = Participant.State
NOW = timezone.now()
SOMEBODY = Invitation("5f3a", {"STUDY_ID": "s1"})


def test_who_enrols_is_stored_with_what_they_agreed_to_and_where_they_came_from() -> None:
    study = make_open_study(goal_count=3, consent_version="2b")
    enrolled = enrol(study, SOMEBODY, now=NOW)
    participant = Participant.objects.get()
    assert (participant.state, participant.external_id, participant.parameters) == (
        State.ENROLLED,
        "5f3a",
        {"STUDY_ID": "s1"},
    )
    assert (participant.consented_at, participant.consent_version) == (NOW, "2b")
    assert (participant.goal_order, participant.order_seed) == ([1, 2, 3], None)
    assert enrolled == participant


def test_the_first_participant_freezes_the_study() -> None:
    study = make_open_study()
    assert not study.is_frozen
    enrol(study)
    study.refresh_from_db()
    assert study.is_frozen


def test_a_shuffled_order_has_every_goal_once_and_its_seed_reproduces_it() -> None:
    study = make_open_study(goal_count=10, goal_order="shuffled")
    people = [enrol(study) for _ in range(5)]
    orders = [person.goal_order for person in people]
    assert all(sorted(order) == list(range(1, 11)) for order in orders)
    assert len({tuple(order) for order in orders}) > 1
    assert len({person.order_seed for person in people} - {None}) == 5


def test_a_consent_form_that_is_sent_twice_enrols_once() -> None:
    study = make_open_study()
    agreement = enrolment_in(study).terms.offer()
    first, second = enrol(study, SOMEBODY, agreement), enrol(study, SOMEBODY, agreement)
    assert Participant.objects.count() == 1
    assert first == second


def test_another_browser_with_the_same_external_id_is_another_participant_and_ends_nothing() -> None:
    study = make_open_study()
    participant = enrol_participant(study, external_id="5f3a")
    running = make_natural_dialogue(participant, turns=0)
    other = enrol(study, SOMEBODY, now=NOW)
    running.refresh_from_db()
    participant.refresh_from_db()
    assert (other.state, other.external_id, other.persona, other.consented_at) == (State.ENROLLED, "5f3a", None, NOW)
    assert (running.ended_at, participant.state) == (None, State.ACTIVE)
    assert not other.dialogues.exists()


def test_it_begins_with_the_next_goal_and_has_always_one() -> None:
    study = make_open_study(goal_count=3, goal_order="shuffled")
    first = enrol_participant(study, external_id="5f3a")
    goals = {goal.number: goal for goal in study.goals.all()}
    order, seed = first.goal_order, first.order_seed
    for number, left in ((order[0], order[1:]), (order[1], order[2:]), (order[2], order[2:])):
        make_natural_dialogue(first, goal=goals[number], ending="next_goal")
        other = enrol(study, SOMEBODY)
        assert (other.goal_order, other.order_seed) == (left, seed)


def test_a_goal_that_is_under_way_elsewhere_or_was_left_too_early_comes_again() -> None:
    study = make_open_study(goal_count=3)
    first = enrol_participant(study, external_id="5f3a")
    make_natural_dialogue(first, turns=0, ending="left")
    make_natural_dialogue(first, turns=1, ending="left")
    make_natural_dialogue(first, turns=1)
    assert enrol(study, SOMEBODY).goal_order == [1, 3]


@pytest.mark.parametrize("state", [State.ENROLLED, State.SCREENED_OUT, State.TURNED_AWAY])
def test_who_came_first_with_an_external_id_locks_nobody_out(state: str) -> None:
    study = make_open_study()
    first = enrol(study, SOMEBODY)
    Participant.objects.update(state=state)
    other = enrol(study, SOMEBODY)
    answer_form(other, FEATURES)
    other.refresh_from_db()
    first.refresh_from_db()
    assert (first.state, other.state) == (state, State.ACTIVE)


def test_an_external_id_that_has_finished_does_not_begin_again() -> None:
    study = make_open_study()
    enrol(study, SOMEBODY)
    Participant.objects.update(state=State.FINISHED)
    with pytest.raises(NotEligible, match="finished"):
        enrol(study, SOMEBODY)
    note_refused_return(study.participants.all(), "5f3a")
    note_refused_return(study.participants.all(), "other")
    assert Participant.objects.get().refused_returns == 1


def test_an_external_id_names_different_people_in_different_studies() -> None:
    enrol(make_open_study(), SOMEBODY)
    enrol(make_open_study("other"), SOMEBODY)
    assert Participant.objects.filter(external_id="5f3a").count() == 2


@pytest.mark.parametrize(
    ("recruitment", "reason"),
    [
        ({"is_open": False}, "closed"),
        ({"opens_at": NOW + timedelta(minutes=1)}, "not_yet"),
        ({"closes_at": NOW}, "over"),
        ({"seats": 0}, "full"),
        ({"goal_count": 0}, "closed"),
    ],
)
def test_a_study_that_enrols_no_one_says_why(recruitment: dict[str, Any], reason: str) -> None:
    study = make_open_study(**recruitment)
    with pytest.raises(NotEligible, match=reason):
        enrol(study, now=NOW)
    study.refresh_from_db()
    assert (Participant.objects.count(), study.is_frozen) == (0, False)


def test_a_study_that_recruits_nobody_is_closed() -> None:
    with pytest.raises(NotEligible, match="closed"):
        enrol(make_study())


def test_a_second_browser_shares_the_place_of_its_external_id_and_a_third_does_not() -> None:
    study = make_open_study(seats=1)
    enrol(study, SOMEBODY)
    enrol(study, SOMEBODY)
    for invitation in (SOMEBODY, Invitation(), Invitation("other")):
        with pytest.raises(NotEligible, match="full"):
            enrol(study, invitation)


def test_many_browsers_with_one_external_id_hold_a_place_each() -> None:
    """They are hardly one person: the platform left an unrecognised placeholder in the link."""
    study = make_open_study(seats=4)
    for _ in range(5):
        enrol(study, SOMEBODY)
    with pytest.raises(NotEligible, match="full"):
        enrol(study, SOMEBODY)
    assert free_seats(study.recruitment, NOW) == 0


def test_a_second_browser_shares_the_place_in_a_quota() -> None:
    study = make_open_study(quotas={"gender": {"Female": 1}})
    states = [enrol_participant(study, external_id=name).state for name in ("5f3a", "5f3a", "5f3a", "other")]
    assert states == [State.ACTIVE, State.ACTIVE, State.TURNED_AWAY, State.TURNED_AWAY]
    assert filled_quotas(study.recruitment, NOW) == {"gender": {"Female": 1}}


@pytest.mark.parametrize("state", [State.SCREENED_OUT, State.TURNED_AWAY, State.WITHDRAWN])
def test_who_does_not_take_part_holds_no_place(state: str) -> None:
    study = make_open_study(seats=1)
    enrol(study)
    Participant.objects.update(state=state)
    assert enrol(study).state == State.ENROLLED


@pytest.mark.parametrize("state", [State.ENROLLED, State.ACTIVE, State.FINISHED])
def test_who_takes_part_or_has_finished_holds_a_place(state: str) -> None:
    study = make_open_study(seats=1)
    enrol(study)
    Participant.objects.update(state=state)
    with pytest.raises(NotEligible, match="full"):
        enrol(study)


def test_answers_make_a_persona_with_a_code_that_counts_who_enrolled() -> None:
    study = make_open_study()
    enrol(study)
    second = enrol_participant(study)
    assert second.persona is not None
    assert (second.state, second.persona.code, second.persona.features) == (State.ACTIVE, "p-002", FEATURES)
    assert second.persona.source == Persona.Source.PARTICIPANT


def test_a_code_that_a_listed_persona_has_is_not_given_again() -> None:
    study = make_open_study()
    Persona.objects.create(study=study, code="p-001", source=Persona.Source.LISTED, features={})
    persona = enrol_participant(study).persona
    assert persona is not None
    assert persona.code == "p-001-2"


def test_answers_that_come_twice_count_once() -> None:
    participant = enrol_participant()
    answer_form(participant, FEATURES | {"gender": "Male"})
    assert [persona.features for persona in Persona.objects.all()] == [FEATURES]


def test_minors_are_screened_out_and_nothing_of_their_answers_is_kept() -> None:
    participant = enrol_participant(age="Under 18")
    assert (participant.state, participant.persona) == (State.SCREENED_OUT, None)
    assert participant.ended_at is not None
    assert not Persona.objects.exists()


def test_a_filled_quota_turns_away_those_it_counts_and_no_others() -> None:
    study = make_open_study(quotas={"gender": {"Female": 1}, "age": {"18 to 24": 0}})
    states = [
        enrol_participant(study, **answers).state
        for answers in ({}, {"gender": "Female"}, {"gender": "Male"}, {"gender": "Male", "age": "18 to 24"})
    ]
    assert states == [State.ACTIVE, State.TURNED_AWAY, State.ACTIVE, State.TURNED_AWAY]
    assert Persona.objects.count() == 2


def test_a_place_in_a_quota_is_free_again_when_its_holder_withdraws() -> None:
    study = make_open_study(quotas={"gender": {"Female": 1}})
    enrol_participant(study)
    Participant.objects.update(state=State.WITHDRAWN, persona=None)
    assert enrol_participant(study).state == State.ACTIVE


def test_a_study_that_was_closed_takes_no_answers() -> None:
    study = make_open_study()
    participant = enrol(study)
    study.recruitment.is_open = False
    study.recruitment.save()
    answer_form(participant, FEATURES)
    participant.refresh_from_db()
    assert participant.state == State.ENROLLED
