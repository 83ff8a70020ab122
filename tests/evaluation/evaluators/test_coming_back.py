"""Coming back to judge: by the browser's cookie, by the personal link, by an external id, which proves nothing."""

import pytest
from django.test import Client

from evaluation.models import Evaluator, Presentation
from tests.enrolment.visits import EVALUATION as DOOR
from tests.enrolment.visits import agree_to_judge as agree
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judgement,
    presentations_of,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("enrolled", "Next, please read the instruction"),
        ("judging", "You can continue with the pair where you left off"),
        ("lapsed", "your remaining pairs were reassigned"),
        ("finished", "You can view the last page again"),
    ],
)
def test_whom_the_browser_knows_reads_where_they_go_on(state: str, words: str) -> None:
    make_evaluation()
    client = Client()
    agree(client)
    Evaluator.objects.update(state=state)
    page = client.get(DOOR).text
    assert "Welcome back" in page
    assert words in page
    assert client.post(f"{DOOR}consent/").status_code == 302
    assert Evaluator.objects.count() == 1


def test_another_browser_with_a_known_external_id_judges_a_separate_assignment() -> None:
    evaluation = make_evaluation()
    first = make_evaluator(evaluation, external_id="5f3a")
    judged = make_judgement(presentations_of(first)[0])
    client = Client()
    assert "This link has been opened in another browser" in client.get(f"{DOOR}?PROLIFIC_PID=5f3a").text
    assert agree(client, "?PROLIFIC_PID=5f3a")["Location"] == f"{DOOR}start/"
    second = Evaluator.objects.get(number=2)
    Presentation.objects.filter(assignment__evaluator=None, pair__natural=judged.pair.natural).delete()
    assert client.post(f"{DOOR}start/")["Location"] == f"{DOOR}pairs/"
    assert {one.pair.natural_id for one in presentations_of(second)}.isdisjoint({judged.pair.natural_id})
    assert client.get(f"{DOOR}pairs/{presentations_of(first)[1].token}/")["Location"] == f"{DOOR}pairs/"
    assert [row["choice"] for row in client.get(f"{DOOR}data/").json()["judgements"]] == []
    first.refresh_from_db()
    assert (first.state, len(presentations_of(first))) == ("judging", 4)


def test_what_its_external_id_has_judged_is_not_shown_to_another_browser() -> None:
    evaluation = make_evaluation()
    make_judgement(presentations_of(make_evaluator(evaluation, external_id="5f3a"))[0])
    client = Client()
    agree(client, "?PROLIFIC_PID=5f3a")
    assert client.post(f"{DOOR}start/").status_code == 403
