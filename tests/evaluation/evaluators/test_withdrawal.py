"""Withdrawing as an evaluator: nothing is left of what somebody gave, and others judge what they had."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from evaluation.evaluators.reservations import take_assignment
from evaluation.models import Evaluation, Evaluator, Judgement, Revision
from tests.collection.participation.test_withdrawal import rows_with
from tests.enrolment.people import withdraw
from tests.enrolment.visits import EVALUATION as DOOR
from tests.enrolment.visits import agree_to_judge as agree
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, showings_of

State = Evaluator.State
SECRET = "zanzibar-marmalade"


@pytest.fixture
def leaving() -> Evaluator:
    """Somebody who has judged one pair and begun another; beside them, somebody who stays."""
    evaluation = make_evaluation()
    evaluator = make_evaluator(evaluation, external_id=f"pid {SECRET}", parameters={"STUDY_ID": f"study {SECRET}"})
    first, second, *_ = showings_of(evaluator)
    judgement = make_judgement(first, key=SECRET)
    judgement.revisions.create(number=1, choice="first", made_at=timezone.now())
    make_judgement(second, submitted_at=None, confidence="")
    staying = make_evaluator(evaluation)
    make_judgement(showings_of(staying)[0])
    return evaluator


@pytest.mark.django_db
def test_nothing_that_they_gave_is_left_and_they_have_a_receipt(leaving: Evaluator) -> None:
    assert len(rows_with(SECRET)) == 3
    withdraw(leaving)
    assert rows_with(SECRET) == []
    row = Evaluator.objects.get(pk=leaving.pk)
    assert (row.state, row.external_id, row.parameters, row.flag) == (State.WITHDRAWN, "", {}, "")
    assert (row.number, row.consented_at, row.last_seen_at) == (leaving.number, leaving.consented_at, None)
    assert len(row.receipt) == 14
    assert row.ended_at is not None
    assert not row.judgements.exists()
    assert not Revision.objects.exists()


@pytest.mark.django_db
def test_who_stays_keeps_everything(leaving: Evaluator) -> None:
    withdraw(leaving)
    [judgement] = Judgement.objects.all()
    assert judgement.evaluator != leaving
    assert len(showings_of(judgement.evaluator)) == 4


@pytest.mark.django_db
def test_their_whole_list_goes_to_the_next_who_comes(leaving: Evaluator) -> None:
    pairs = [showing.pair for showing in showings_of(leaving)]
    withdraw(leaving)
    newcomer = make_evaluator(leaving.evaluation, state=State.ENROLLED)
    assert take_assignment(newcomer, timezone.now())
    assert [showing.pair for showing in showings_of(newcomer)] == pairs


@pytest.mark.django_db
def test_what_went_to_somebody_else_before_is_not_given_out_again(leaving: Evaluator) -> None:
    """The pair that they had begun stayed with them when their place went to somebody else, who judges it too."""
    judged, begun, *rest = showings_of(leaving)
    leaving.evaluation.assignments.create(number=9).showings.create(pair=begun.pair, position=0, is_natural_first=True)
    Evaluator.objects.filter(pk=leaving.pk).update(state=State.LAPSED)
    for showing in rest:
        showing.delete()
    withdraw(leaving)
    [first, second] = leaving.evaluation.assignments.filter(evaluator=None)
    assert [showing.pair for showing in first.showings.all()] == [judged.pair]
    assert [showing.pair for showing in second.showings.all()] == [begun.pair]


@pytest.mark.django_db
def test_withdrawing_twice_keeps_the_first_receipt_and_takes_nothing_from_the_next(leaving: Evaluator) -> None:
    withdraw(leaving)
    first = Evaluator.objects.get(pk=leaving.pk)
    newcomer = make_evaluator(leaving.evaluation)
    withdraw(leaving)
    again = Evaluator.objects.get(pk=leaving.pk)
    assert (again.receipt, again.ended_at) == (first.receipt, first.ended_at)
    assert len(showings_of(newcomer)) == 4


@pytest.mark.django_db(transaction=True)
def test_no_file_of_the_database_holds_their_names_any_more(leaving: Evaluator) -> None:
    assert connection.vendor == "sqlite"
    file = Path(connection.settings_dict["NAME"])
    assert any(SECRET.encode() in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    withdraw(leaving)
    assert not any(SECRET.encode() in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


@pytest.mark.django_db
@pytest.mark.parametrize("state", [Evaluation.State.OPEN, Evaluation.State.CLOSED])
def test_on_the_page_it_asks_first_and_then_shows_the_receipt(client: Client, state: str) -> None:
    make_evaluation()
    agree(client)
    client.post(f"{DOOR}start/")
    Evaluation.objects.update(state=state)
    assert "Withdraw from judging?" in client.get(f"{DOOR}withdraw/").text
    assert Evaluator.objects.get().state == State.JUDGING
    page = client.post(f"{DOOR}withdraw/", follow=True)
    assert "Your answers have been deleted." in page.text
    assert Evaluator.objects.get().receipt in page.text
    assert f'href="{DOOR}withdraw/"' not in page.text
    assert f"{DOOR}p/" not in page.text
    for address in ("start/", "pairs/", "withdraw/"):
        assert client.get(f"{DOOR}{address}")["Location"] == f"{DOOR}end/"


@pytest.mark.django_db
def test_who_withdrew_can_come_again_by_the_platforms_link_as_somebody_new(client: Client) -> None:
    evaluator = make_evaluator(make_evaluation(), external_id="5f3a")
    withdraw(evaluator)
    assert agree(client, "?PROLIFIC_PID=5f3a")["Location"] == f"{DOOR}start/"
    assert Evaluator.objects.get(external_id="5f3a").number == 2
