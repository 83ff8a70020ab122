"""Rows that workers store with statements of their own."""

from datetime import UTC, datetime

import pytest

from jobs.rows import insert_rows, update_row, update_rows
from simulation.models import Simulation
from studies.models import Dialogue, Turn
from tests.factories import make_dialogue, make_run, make_study

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def dialogue() -> Dialogue:
    return make_dialogue(ending="")


def test_inserted_rows_hold_what_was_given_and_the_fields_defaults(dialogue: Dialogue) -> None:
    insert_rows([Turn(dialogue=dialogue, position=place, utterance=f"%s 'é' {place}") for place in (5, 6)])
    stored = dialogue.turns.filter(position__in=(5, 6)).order_by("position")
    assert [(turn.utterance, turn.response, turn.state) for turn in stored] == [
        ("%s 'é' 5", "", Turn.State.COMPLETE),
        ("%s 'é' 6", "", Turn.State.COMPLETE),
    ]
    assert all(turn.created_at for turn in stored)


def test_nothing_is_inserted_for_no_rows() -> None:
    insert_rows([])


def test_an_update_stores_and_sets_these_values_of_this_row_only(dialogue: Dialogue) -> None:
    other = make_dialogue(make_run(make_study("other")).simulations.all()[0])
    update_row(dialogue, ending="goal_reached", ended_at=AT)
    assert (dialogue.ending, dialogue.ended_at) == ("goal_reached", AT)
    assert Dialogue.objects.filter(ending="goal_reached", ended_at=AT).get() == dialogue
    assert Dialogue.objects.get(pk=other.pk).ended_at != AT


def test_an_update_stores_relations_and_what_is_empty(dialogue: Dialogue) -> None:
    turn = dialogue.turns.create(position=7, utterance="Why?", utterance_tokens=1)
    other = make_dialogue(make_run(make_study("other")).simulations.all()[0])
    update_row(turn, dialogue=other, utterance_tokens=None)
    stored = Turn.objects.get(pk=turn.pk)
    assert (stored.dialogue, stored.utterance_tokens) == (other, None)


def test_many_rows_are_updated_each_with_its_own_values(dialogue: Dialogue) -> None:
    turns = [dialogue.turns.create(position=place, utterance="Why?") for place in (7, 8, 9)]
    for turn in turns[:2]:
        turn.utterance, turn.response = f"%s {turn.position}", "not stored"
    update_rows(turns[:2], "utterance")
    update_rows([], "utterance")
    stored = dialogue.turns.filter(position__gte=7).order_by("position").values_list("utterance", "response")
    assert list(stored) == [("%s 7", ""), ("%s 8", ""), ("Why?", "")]


def test_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LookupError):
        update_row(Simulation(pk=1), colour="red")
