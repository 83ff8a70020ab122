"""Browsers must not send a page below a personal link as referrer."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.collection.factories import enrol_participant, make_open_study
from tests.enrolment.people import personal_token
from tests.enrolment.visits import agree
from tests.evaluation.factories import make_evaluator

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> str:
    return f"/s/demo/p/{personal_token(enrol_participant(make_open_study()))}/"


def policy(client: Client, address: str, status: int, method: str = "get") -> str:
    answer = getattr(client, method)(address)
    assert answer.status_code == status
    return str(answer["Referrer-Policy"])


def test_a_link_that_works_and_the_page_that_asks_whose_it_is_send_no_referrer(link: str) -> None:
    assert policy(Client(), link, 302) == "no-referrer"
    another = Client()
    agree(another)
    assert "Is this your link?" in another.get(link).text
    assert policy(another, link, 200) == "no-referrer"


@pytest.mark.parametrize(
    ("bent", "status"),
    [
        ("/s/demo/p/{}x/", 404),
        ("/s/demo/p/{}", 301),
        ("/s/demo/judge/1/p/{}", 301),
        ("/s/demo/p/{0}/p/{0}/", 404),
        ("/s/demo//p/{}/", 404),
        ("/s/nowhere/p/{}/", 404),
        ("/S/demo/p/{}/", 404),
    ],
)
def test_links_that_do_not_work_send_no_referrer(link: str, bent: str, status: int) -> None:
    token = link.split("/")[4]
    assert policy(Client(), bent.format(token), status) == "no-referrer"


def test_a_link_without_its_last_slash_works(link: str) -> None:
    assert Client().get(link.removesuffix("/"), follow=True).redirect_chain == [(link, 301), ("/s/demo/start/", 302)]


def test_a_refused_form_and_the_way_to_https_send_no_referrer(link: str, settings: Settings) -> None:
    assert policy(Client(enforce_csrf_checks=True), link, 403, "post") == "no-referrer"
    settings.SECURE_SSL_REDIRECT = True
    assert policy(Client(), link, 301) == "no-referrer"


def test_evaluators_links_send_no_referrer() -> None:
    token = personal_token(make_evaluator())
    assert policy(Client(), f"/s/demo/judge/1/p/{token}/", 302) == "no-referrer"
    assert policy(Client(), f"/s/demo/judge/1/p/{token}x/", 404) == "no-referrer"


def test_other_pages_name_themselves_to_the_site_because_forms_need_an_origin() -> None:
    make_open_study()
    assert policy(Client(), "/s/demo/", 200) == "same-origin"
    assert policy(Client(), "/s/p/", 404) == "same-origin"
