"""Returning by the browser's cookie, by the personal link, or by an external ID, which proves nothing."""

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.enrolment.kinds import CODE, EVALUATORS, PARTICIPANTS, Kind
from tests.enrolment.people import come_back, personal_link

pytestmark = pytest.mark.django_db


def test_the_cookie_goes_to_its_own_pages_only_and_no_script_reads_it(kind: Kind) -> None:
    kind.make()
    cookie = kind.agree(Client()).cookies[kind.cookie]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (kind.door, True, "Lax")


def test_the_cookie_of_a_public_site_travels_encrypted_only(kind: Kind, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    kind.make()
    assert kind.agree(Client()).cookies[kind.cookie]["secure"] is True


@pytest.mark.parametrize("cookie", ["forged", "eyJ4IjoxfQ:1w:abc", ""])
def test_a_forged_cookie_names_nobody(kind: Kind, cookie: str) -> None:
    kind.make()
    client = Client()
    kind.agree(client)
    client.cookies[kind.cookie] = cookie
    assert client.get(f"{kind.door}{kind.first_step}")["Location"] == kind.door


def test_a_cookie_of_the_other_kind_or_of_another_study_names_nobody(kind: Kind) -> None:
    EVALUATORS.make()  # with the study that it judges, which participants may enrol in
    kind.make_another()
    for door in {PARTICIPANTS.door, EVALUATORS.door, kind.another} - {kind.door}:
        agreement = Client().get(door).context["agreement"]
        [cookie] = Client().post(f"{door}consent/", {"agreement": agreement}).cookies.values()
        client = Client()
        client.cookies[kind.cookie] = cookie.value
        assert client.get(f"{kind.door}{kind.first_step}")["Location"] == kind.door


def test_a_cookie_of_an_older_version_that_proved_nothing_names_nobody(kind: Kind) -> None:
    person = kind.add(kind.make())
    client = Client()
    come_back(client, person)
    salt = {"participant": "collection.participant", "evaluator": "evaluation.evaluator"}[kind.cookie]
    payload = {kind.cookie: person.token, "since": timezone.now().isoformat()}
    assert "attachment" in client.get(f"{kind.door}data/")["Content-Disposition"]
    client.cookies[kind.cookie] = signing.dumps(payload, salt=f"{salt}.cookie")
    assert client.get(f"{kind.door}data/")["Location"] == kind.door


def test_a_known_browser_continues_where_the_person_left_off(kind: Kind) -> None:
    kind.make()
    client = Client()
    kind.agree(client)
    page = client.get(kind.door).text
    assert "Welcome back" in page
    assert f'href="{kind.door}{kind.first_step}"' in page
    assert client.post(f"{kind.door}consent/")["Location"] == f"{kind.door}{kind.first_step}"
    assert kind.rows.count() == 1


def test_a_link_with_another_id_belongs_to_that_person_whoever_used_the_browser_before(kind: Kind) -> None:
    kind.make()
    client = Client()
    kind.agree(client, "?PROLIFIC_PID=anna")
    assert kind.agree(client, "?PROLIFIC_PID=bert")["Location"] == f"{kind.door}{kind.first_step}"
    assert list(kind.rows.order_by("pk").values_list("external_id", flat=True)) == ["anna", "bert"]


def test_another_person_on_the_same_device_can_take_part(kind: Kind) -> None:
    kind.make()
    client = Client()
    kind.agree(client)
    assert f'<a href="{kind.door}?new">' in client.get(kind.door).text
    assert kind.agree(client, "?new")["Location"] == f"{kind.door}{kind.first_step}"
    assert kind.rows.count() == 2


def test_nobody_reads_the_code_by_an_external_id_alone(kind: Kind) -> None:
    person = kind.add(kind.make(), external_id="5f3a")
    kind.finish(person)
    client = Client()
    assert "with the ID in your link" in client.get(f"{kind.door}?PROLIFIC_PID=5f3a").text
    page = kind.agree(client, "?PROLIFIC_PID=5f3a")
    assert page.status_code == 403
    assert "You have already" in page.text
    assert kind.cookie not in client.cookies
    assert CODE not in client.get(f"{kind.door}end/", follow=True).text
    assert CODE in client.get(personal_link(person), follow=True).text
    assert kind.rows.get().refused_returns == 1


def test_the_personal_link_brings_another_browser_to_the_same_place(kind: Kind) -> None:
    kind.make()
    own, other = Client(), Client()
    kind.agree(own, "?PROLIFIC_PID=5f3a")
    link = own.get(f"{kind.door}{kind.first_step}").context["personal_link"]
    assert other.get(link)["Location"] == f"{kind.door}{kind.first_step}"
    assert other.get(f"{kind.door}data/").json()["external_id"] == "5f3a"
    assert kind.rows.count() == 1


def test_a_personal_link_asks_before_it_replaces_another_person_in_a_browser(kind: Kind) -> None:
    place = kind.make()
    client = Client()
    kind.agree(client, "?PROLIFIC_PID=anna")
    own = client.cookies[kind.cookie].value
    link = personal_link(kind.add(place, external_id="bert"))
    page = client.get(link)
    assert "Is this your link?" in page.text
    assert f'href="{kind.door}">Go back without changes' in page.text
    assert f'href="?change={page.context["change"]}"' in page.text
    assert client.cookies[kind.cookie].value == own
    assert client.get(f"{link}?change={page.context['change']}").status_code == 302
    assert client.get(link).status_code == 302
    assert client.get(f"{kind.door}data/").json()["external_id"] == "bert"


def test_nobody_can_prepare_a_link_that_does_not_ask(kind: Kind) -> None:
    """The confirmation of the change is signed for one browser and is invalid in another person's."""
    place = kind.make()
    strangers, own = Client(), Client()
    kind.agree(strangers)
    kind.agree(own)
    link = personal_link(kind.add(place))
    change = strangers.get(link).context["change"]
    for address in (f"{link}?change={change}", f"{link}?change=", link):
        assert "Is this your link?" in own.get(address).text


@pytest.mark.parametrize("token", ["forged", "eyJ4IjoxfQ:1w:abc"])
def test_a_forged_personal_link_is_reported_as_invalid(kind: Kind, token: str) -> None:
    kind.make()
    page = Client().get(f"{kind.door}p/{token}/")
    assert page.status_code == 404
    assert "This personal link does not work" in page.text
    assert kind.cookie not in page.cookies


def test_a_personal_link_is_good_for_ninety_days(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    link = personal_link(kind.add(kind.make()))
    assert Client().get(link).status_code == 302
    later = timezone.now().timestamp() + 91 * 24 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert Client().get(link).status_code == 404


def test_the_personal_link_of_another_study_or_evaluation_names_nobody_here(kind: Kind) -> None:
    link = personal_link(kind.add(kind.make()))
    kind.make_another()
    assert Client().get(link.replace(kind.door, kind.another)).status_code == 404
