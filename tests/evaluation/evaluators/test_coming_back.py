"""Coming back to judge: by the browser's cookie, by the personal link, by an external id, which proves nothing."""

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.models import Evaluator, Showing
from tests.enrolment.people import personal_token
from tests.enrolment.visits import EVALUATION as DOOR
from tests.enrolment.visits import agree_to_judge as agree
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    showings_of,
)

pytestmark = pytest.mark.django_db


def test_the_cookie_goes_to_this_evaluations_pages_only_and_no_script_reads_it() -> None:
    make_evaluation()
    cookie = agree(Client()).cookies["evaluator"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (DOOR, True, "Lax")


@pytest.mark.parametrize("cookie", ["forged", "eyJ4IjoxfQ:1w:abc", ""])
def test_a_forged_cookie_names_nobody(cookie: str) -> None:
    make_evaluation()
    client = Client()
    agree(client)
    client.cookies["evaluator"] = cookie
    assert client.get(f"{DOOR}start/")["Location"] == DOOR


def test_a_cookie_of_a_participant_or_of_another_evaluation_names_no_evaluator() -> None:
    study = make_judged_study()
    make_evaluation(study)
    make_evaluation(study)
    client = Client()
    for door in ("/s/demo/", "/s/demo/judge/2/"):
        page = client.get(door)
        answer = Client().post(f"{door}consent/", {"agreement": page.context["agreement"]})
        [cookie] = answer.cookies.values()
        client.cookies["evaluator"] = cookie.value
        assert client.get(f"{DOOR}start/")["Location"] == DOOR


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("enrolled", "Next you read what to do"),
        ("judging", "You go on with the pair at which you stopped"),
        ("lapsed", "what you had not judged yet went to somebody else"),
        ("finished", "this is how it ended"),
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


def test_a_link_that_names_somebody_else_is_theirs_though_the_browser_knows_another() -> None:
    make_evaluation()
    client = Client()
    agree(client, "?PROLIFIC_PID=anna")
    assert agree(client, "?PROLIFIC_PID=bert")["Location"] == f"{DOOR}start/"
    assert list(Evaluator.objects.values_list("number", "external_id")) == [(1, "anna"), (2, "bert")]


def test_somebody_else_on_the_same_device_can_judge() -> None:
    make_evaluation()
    client = Client()
    agree(client)
    assert f'<a href="{DOOR}?new">' in client.get(DOOR).text
    assert agree(client, "?new")["Location"] == f"{DOOR}start/"
    assert Evaluator.objects.count() == 2


def test_another_browser_with_a_known_external_id_judges_a_list_of_its_own() -> None:
    evaluation = make_evaluation()
    first = make_evaluator(evaluation, external_id="5f3a")
    judged = make_judgement(showings_of(first)[0])
    client = Client()
    assert "This link has been opened in another browser" in client.get(f"{DOOR}?PROLIFIC_PID=5f3a").text
    assert agree(client, "?PROLIFIC_PID=5f3a")["Location"] == f"{DOOR}start/"
    second = Evaluator.objects.get(number=2)
    Showing.objects.filter(assignment__evaluator=None, pair__natural=judged.pair.natural).delete()
    assert client.post(f"{DOOR}start/")["Location"] == f"{DOOR}pairs/"
    assert {one.pair.natural_id for one in showings_of(second)}.isdisjoint({judged.pair.natural_id})
    assert client.get(f"{DOOR}pairs/{showings_of(first)[1].token}/")["Location"] == f"{DOOR}pairs/"
    assert [row["choice"] for row in client.get(f"{DOOR}data/").json()["judgements"]] == []
    first.refresh_from_db()
    assert (first.state, len(showings_of(first))) == ("judging", 4)


def test_what_its_external_id_has_judged_is_not_shown_to_another_browser() -> None:
    evaluation = make_evaluation()
    make_judgement(showings_of(make_evaluator(evaluation, external_id="5f3a"))[0])
    client = Client()
    agree(client, "?PROLIFIC_PID=5f3a")
    assert client.post(f"{DOOR}start/").status_code == 403


def test_nobody_reads_the_code_by_an_external_id_alone() -> None:
    evaluation = make_evaluation(completion_code="C0FFEE")
    evaluator = make_evaluator(evaluation, external_id="5f3a", state="finished", ended_at=timezone.now())
    client = Client()
    assert "judged these dialogues with the ID in your link" in client.get(f"{DOOR}?PROLIFIC_PID=5f3a").text
    page = agree(client, "?PROLIFIC_PID=5f3a")
    assert page.status_code == 403
    assert "You have already judged" in page.text
    assert "C0FFEE" not in client.get(f"{DOOR}end/", follow=True).text
    assert "C0FFEE" in client.get(f"{DOOR}p/{personal_token(evaluator)}/", follow=True).text
    assert Evaluator.objects.get().refused_returns == 1


def test_a_personal_link_asks_before_it_takes_a_browser_from_somebody_else() -> None:
    evaluation = make_evaluation()
    client = Client()
    agree(client)
    own = client.cookies["evaluator"].value
    link = f"{DOOR}p/{personal_token(make_evaluator(evaluation))}/"
    page = client.get(link)
    assert "Is this your link?" in page.text
    assert f'href="{DOOR}">Go back without changes' in page.text
    assert client.cookies["evaluator"].value == own
    assert client.get(f"{link}?change={page.context['change']}")["Location"] == f"{DOOR}pairs/"


@pytest.mark.parametrize("token", ["forged", "eyJ4IjoxfQ:1w:abc"])
def test_a_forged_personal_link_is_said_to_be_one_that_does_not_work(token: str) -> None:
    make_evaluation()
    page = Client().get(f"{DOOR}p/{token}/")
    assert page.status_code == 404
    assert "This personal link does not work" in page.text
    assert "evaluator" not in page.cookies


def test_a_personal_link_opens_no_other_evaluation() -> None:
    study = make_judged_study()
    evaluator = make_evaluator(make_evaluation(study))
    make_evaluation(study)
    assert Client().get(f"/s/demo/judge/2/p/{personal_token(evaluator)}/").status_code == 404
