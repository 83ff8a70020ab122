"""Recruitment of participants, and the endings of their participation."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from collection.models import Outcome, Recruitment
from collection.research.opening import open_study
from studies.models import Study
from studies.services import freeze_study
from tests.collection.factories import make_participant
from tests.collection.research.forms import read_form
from tests.factories import make_study

pytestmark = pytest.mark.django_db
ADDRESS = "/studies/demo/recruitment/"


@pytest.fixture
def study() -> Study:
    return make_study()


def send(client: Client, **changes: Any) -> Any:
    return client.post(ADDRESS, read_form(client.get(ADDRESS).text) | changes)


def test_times_seats_quotas_and_parameter_are_stored_also_of_a_frozen_study(client: Client, study: Study) -> None:
    freeze_study(study)
    answer = send(
        client,
        opens_at="2030-01-02T10:00",
        closes_at="2030-02-02T10:30",
        seats="20",
        released_after_hours="48",
        external_id_parameter="pid",
        **{"quota-gender-0": "10", "quota-gender-1": "0"},
    )
    assert answer["Location"] == "/studies/demo/collecting/"
    recruitment = Recruitment.objects.get()
    assert recruitment.opens_at == datetime(2030, 1, 2, 10, 0, tzinfo=UTC)
    assert recruitment.closes_at == datetime(2030, 2, 2, 10, 30, tzinfo=UTC)
    assert (recruitment.seats, recruitment.external_id_parameter) == (20, "pid")
    assert recruitment.released_after_hours == 48
    assert recruitment.quotas == {"gender": {"Female": 10, "Male": 0}}


def test_resubmitting_the_stored_values_changes_nothing(client: Client, study: Study) -> None:
    send(client, opens_at="2030-01-02T10:00", seats="20", **{"quota-age-1": "3", "completed-code": "C0FFEE"})
    before = list(Recruitment.objects.values()), list(Outcome.objects.order_by("kind").values())
    send(client)
    assert (list(Recruitment.objects.values()), list(Outcome.objects.order_by("kind").values())) == before
    assert before[0][0]["quotas"] == {"age": {"18 to 24": 3}}


def test_every_way_to_end_has_its_own_text_code_and_address(client: Client, study: Study) -> None:
    answers = {f"{kind}-{name}": f"{kind}" for kind in Outcome.Kind.values for name in ("text", "code")}
    addresses = {f"{kind}-redirect_url": f"https://x.example/{kind}" for kind in Outcome.Kind.values}
    send(client, **answers, **addresses)
    assert {(one.kind, one.text, one.code, one.redirect_url) for one in study.outcomes.all()} == {
        (kind, kind, kind, f"https://x.example/{kind}") for kind in Outcome.Kind.values
    }


@pytest.mark.usefixtures("scripted_models")
def test_saving_leaves_an_open_study_open(client: Client, study: Study) -> None:
    form = read_form(client.get(ADDRESS).text)
    open_study(study)
    client.post(ADDRESS, form | {"seats": "3"})
    recruitment = Recruitment.objects.get()
    assert (recruitment.is_open, recruitment.seats) == (True, 3)


def test_an_option_that_screens_out_has_no_quota(client: Client, study: Study) -> None:
    study.questionnaire[0]["screened_out"] = ["Under 18"]
    study.save()
    page = client.get(ADDRESS).text
    assert "18 to 24" in page
    assert "Under 18" not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"opens_at": "soon"}, "Enter a valid date/time."),
        (
            {"opens_at": "2030-01-02T10:00", "closes_at": "2030-01-02T10:00"},
            "The closing time must be later than the opening time.",
        ),
        ({"seats": "-1"}, "greater than or equal to 0"),
        ({"quota-gender-0": "many"}, "Enter a whole number."),
        ({"external_id_parameter": "a b&c"}, "Use only letters, digits"),
        ({"completed-redirect_url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"completed-redirect_url": "ftp://x.example/"}, "Enter a valid URL."),
        ({"full-code": "c" * 81}, "at most 80 characters"),
    ],
)
def test_mistakes_are_reported_and_no_entry_is_lost(
    client: Client, study: Study, changes: dict[str, str], sentence: str
) -> None:
    answer = send(client, **{"withdrawn-text": "Typed with care."} | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert read_form(answer.text)["withdrawn-text"] == "Typed with care."
    assert not Recruitment.objects.exists()
    assert not Outcome.objects.exists()


def test_seats_are_released_after_two_weeks_unless_the_study_says_otherwise_or_never(
    client: Client, study: Study
) -> None:
    send(client, seats="20")
    assert Recruitment.objects.get().released_after_hours == 14 * 24
    send(client, released_after_hours="")
    assert Recruitment.objects.get().released_after_hours is None
    assert send(client, released_after_hours="0").status_code == 422


def test_a_new_quota_below_those_who_hold_seats_is_refused_and_a_stored_one_may_stay(
    client: Client, study: Study
) -> None:
    Recruitment.objects.create(study=study, quotas={"age": {"25 to 34": 1}})
    for _ in range(2):
        make_participant(study)
    page = send(client, **{"quota-gender-0": "1"})
    assert page.status_code == 422
    assert "2 participants with this answer hold seats. Enter at least 2." in page.text
    assert send(client, **{"quota-gender-0": "2"}).status_code == 302
    assert Recruitment.objects.get().quotas == {"age": {"25 to 34": 1}, "gender": {"Female": 2}}
