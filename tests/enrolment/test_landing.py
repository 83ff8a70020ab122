"""The first page of a study or an evaluation: who may enrol, and what others read."""

import pytest
from django.http import QueryDict
from django.test import Client

from enrolment import rate_limits
from enrolment.invitations import read_invitation
from tests.enrolment.kinds import Kind
from tests.enrolment.visits import wait_for_room_in_the_minute

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("agreement", ["", "forged", "eyJ0b2tlbiI6ICJ4In0:1w:abc"])
def test_nobody_enrols_without_the_form_that_says_what_they_agree_to(kind: Kind, agreement: str) -> None:
    kind.make()
    page = Client().post(f"{kind.door}consent/", {"agreement": agreement})
    assert page.status_code == 422
    assert "Please read it again, then agree." in page.text
    assert not kind.rows.exists()


def test_the_form_of_another_study_or_evaluation_enrols_nobody(kind: Kind) -> None:
    kind.make()
    kind.make_another()
    agreement = Client().get(kind.door).context["agreement"]
    assert Client().post(f"{kind.another}consent/", {"agreement": agreement}).status_code == 422
    assert not kind.rows.exists()


def test_a_form_sent_twice_enrols_once(kind: Kind) -> None:
    kind.make()
    page = Client().get(kind.door)
    answers = [Client().post(f"{kind.door}consent/", {"agreement": page.context["agreement"]}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [f"{kind.door}{kind.first_step}"] * 2
    assert kind.rows.count() == 1


def test_the_consent_is_shown_as_text_with_its_version(kind: Kind) -> None:
    kind.make(consent="- You **agree**. <script>", consent_version="7b")
    page = Client().get(kind.door).text
    assert "<li>You <strong>agree</strong>. &lt;script&gt;</li>" in page
    assert "version 7b" in page


@pytest.mark.parametrize("rest", ["", "end/"])
def test_an_address_where_there_is_nothing_is_a_page_without_a_way_to_the_staff(kind: Kind, rest: str) -> None:
    kind.make()
    for door in (kind.another, kind.door.replace("demo", "nowhere")):
        page = Client().get(f"{door}{rest}")
        assert page.status_code == 404
        assert "the link may be incomplete" in page.text.lower()
        assert "Log in" not in page.text
        assert 'href="/"' not in page.text


def test_an_address_below_it_that_leads_nowhere_shows_the_way_back(kind: Kind) -> None:
    kind.make()
    page = Client().get(f"{kind.door}no/such/page/")
    assert page.status_code == 404
    assert f'href="{kind.door}"' in page.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?PROLIFIC_PID=" + "x" * 201, "has more than 200 characters"),
        ("?PROLIFIC_PID=a%00b", "was not filled in"),
        ("?PROLIFIC_PID=a%0Ab", "was not filled in"),
        ("?PROLIFIC_PID={{%25PROLIFIC_PID%25}}", "was not filled in"),
        ("?SESSION_ID=" + "x" * 201, "“SESSION_ID” in this link has more than 200 characters"),
    ],
)
def test_a_broken_link_is_reported_and_enrols_no_one(kind: Kind, query: str, sentence: str) -> None:
    kind.make()
    for page in (Client().get(f"{kind.door}{query}"), Client().post(f"{kind.door}consent/{query}")):
        assert page.status_code == 400
        assert "This link is broken" in page.text
        assert sentence in page.text
    assert not kind.rows.exists()


@pytest.mark.parametrize("written", ["a-1%E2%80%8B", "a%E2%80%911", "%EF%BB%BFa-1", "a%C2%AD-1"])
def test_an_external_id_is_read_as_it_looks(written: str) -> None:
    assert read_invitation("PROLIFIC_PID", QueryDict(f"PROLIFIC_PID={written}").dict()).external_id == "a-1"


def test_an_external_id_that_is_blank_is_none(kind: Kind) -> None:
    kind.make()
    for client in (Client(), Client()):
        kind.agree(client, "?PROLIFIC_PID=%20")
    assert kind.rows.filter(external_id="").count() == 2


def test_the_parameter_of_the_platform_is_named_and_others_are_kept_or_ignored(kind: Kind) -> None:
    kind.make(external_id_parameter="worker")
    kind.agree(Client(), "?worker=w7&PROLIFIC_PID=5f3a&STUDY_ID=s1")
    person = kind.rows.get()
    assert (person.external_id, person.parameters) == ("w7", {"STUDY_ID": "s1"})


def test_a_script_cannot_take_all_places(kind: Kind) -> None:
    kind.make()
    wait_for_room_in_the_minute()
    statuses = [kind.agree(Client()).status_code for _ in range(rate_limits.PER_MINUTE + 1)]
    assert statuses == [302] * rate_limits.PER_MINUTE + [429]
    assert kind.rows.count() == rate_limits.PER_MINUTE
    agreement = Client().get(kind.door).context["agreement"]
    blocked = Client().post(f"{kind.door}consent/", {"agreement": agreement})
    assert "Please wait a minute" in blocked.text
    assert kind.agree(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_a_browser_without_cookies_reads_what_is_wrong_and_enrols_nobody(kind: Kind) -> None:
    kind.make()
    page = Client(enforce_csrf_checks=True).post(f"{kind.door}consent/", {"agreement": "x"})
    assert page.status_code == 403
    assert "only if that browser accepts cookies" in page.text
    assert f'href="{kind.door}"' in page.text
    assert not kind.rows.exists()


def test_staff_whose_form_has_expired_are_still_led_to_their_own_pages() -> None:
    page = Client(enforce_csrf_checks=True).post("/login/")
    assert page.status_code == 403
    assert "Expired form" in page.text


@pytest.mark.parametrize("address", ["end/", "withdraw/", "data/"])
def test_strangers_are_led_to_the_first_page(kind: Kind, address: str) -> None:
    kind.make()
    for page in (address, kind.first_step):
        assert Client().get(f"{kind.door}{page}")["Location"] == kind.door


def test_every_page_carries_withdraw_the_data_and_the_personal_link_and_no_browser_keeps_it(kind: Kind) -> None:
    kind.make()
    client = Client()
    assert "no-store" in client.get(kind.door)["Cache-Control"]
    kind.agree(client)
    pages = [client.get(f"{kind.door}{address}") for address in ("", kind.first_step, "withdraw/")]
    kind.finish(kind.rows.get())
    pages.append(client.get(f"{kind.door}end/"))
    for page in pages:
        assert f'href="{kind.door}withdraw/"' in page.text
        assert f'href="{kind.door}data/"' in page.text
        assert f'value="http://testserver{kind.door}p/' in page.text
        assert 'href="/login/' not in page.text
        assert "no-store" in page["Cache-Control"]


def test_who_has_finished_sees_the_code_though_it_was_closed(kind: Kind) -> None:
    kind.make()
    client = Client()
    kind.agree(client)
    kind.finish(kind.rows.get())
    kind.close()
    page = client.get(f"{kind.door}end/").text
    assert 'value="C0FFEE"' in page
    assert "Return to app.prolific.com" in page


@pytest.mark.parametrize("address", ["", "start/"])
def test_who_is_under_way_when_it_is_closed_reads_so_and_may_still_withdraw(kind: Kind, address: str) -> None:
    kind.make()
    client = Client()
    kind.agree(client)
    kind.close()
    assert "closed at the moment" in client.get(f"{kind.door}{address}").text
    assert client.get(f"{kind.door}withdraw/").status_code == 200
    assert client.get(f"{kind.door}data/").status_code == 200
