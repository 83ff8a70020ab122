"""Coming back to judge: by the browser's cookie, by the personal link, by an external id, which proves nothing."""

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.evaluators.credentials import personal_token
from evaluation.models import Evaluator
from tests.evaluation.evaluators.visits import DOOR, agree
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study

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


def test_a_known_external_id_goes_on_but_gets_no_personal_link_no_data_and_cannot_withdraw() -> None:
    make_evaluator(make_evaluation(), external_id="5f3a")
    client = Client()
    assert "go on where you were" in client.get(f"{DOOR}?PROLIFIC_PID=5f3a").text
    assert agree(client, "?PROLIFIC_PID=5f3a")["Location"] == f"{DOOR}pairs/"
    assert f"{DOOR}p/" not in client.get(DOOR).text
    for address in ("data/", "withdraw/"):
        page = client.get(f"{DOOR}{address}")
        assert page.status_code == 403
        assert "Please use your personal link" in page.text
    client.post(f"{DOOR}withdraw/")
    assert Evaluator.objects.get().state == Evaluator.State.JUDGING


def test_who_has_finished_and_is_known_by_an_external_id_alone_sees_how_it_ended() -> None:
    evaluation = make_evaluation(completion_code="C0FFEE")
    make_evaluator(evaluation, external_id="5f3a", state="finished", ended_at=timezone.now())
    client = Client()
    assert "You have judged these dialogues already" in client.get(f"{DOOR}?PROLIFIC_PID=5f3a").text
    assert agree(client, "?PROLIFIC_PID=5f3a")["Location"] == f"{DOOR}end/"
    assert "C0FFEE" in client.get(f"{DOOR}end/").text


def test_the_personal_link_opens_everything_again_to_whom_an_external_id_had_let_in() -> None:
    make_evaluation()
    own, other = Client(), Client()
    agree(own, "?PROLIFIC_PID=5f3a")
    link = own.get(f"{DOOR}start/").context["personal_link"]
    agree(other, "?PROLIFIC_PID=5f3a")
    assert other.get(f"{DOOR}data/").status_code == 403
    answer = other.get(link)
    assert (answer["Location"], answer["Referrer-Policy"]) == (f"{DOOR}start/", "no-referrer")
    assert other.get(f"{DOOR}data/").json()["external_id"] == "5f3a"


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
