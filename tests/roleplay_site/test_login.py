"""Login: guessing passwords is blocked, separately for each account and address."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client

from tests.factories import PASSWORD, make_staff

pytestmark = pytest.mark.django_db
SENTENCE = "After 10 failed logins, this account is locked for your IP address. Try again in 15 minutes"


@pytest.fixture(autouse=True)
def staff() -> None:
    make_staff("ada")
    make_staff("grace")


def log_in(password: str = PASSWORD, *, username: str = "ada", address: str = "10.0.0.1", page: str = "/login/") -> Any:
    return Client(REMOTE_ADDR=address).post(page, {"username": username, "password": password})


def guess(times: int, page: str = "/login/") -> Any:
    return [log_in(f"guess {number}", page=page) for number in range(times)][-1]


@pytest.mark.parametrize("page", ["/login/", "/admin/login/"])
def test_ten_failures_lock_the_account_even_for_the_right_password(page: str) -> None:
    response = guess(10, page)
    assert response.status_code == 429
    assert SENTENCE in response.text
    assert SENTENCE in log_in(page=page).text


def test_nine_failures_lock_nothing_and_are_forgotten_after_a_login() -> None:
    guess(9)
    assert log_in().status_code == 302
    assert guess(9).status_code == 200


def test_others_and_the_same_user_elsewhere_can_still_log_in() -> None:
    guess(10)
    assert log_in(username="grace").status_code == 302
    assert log_in(address="10.0.0.2").status_code == 302


def test_the_addresses_of_one_ipv6_network_count_as_one() -> None:
    for number in range(10):
        log_in(f"guess {number}", address=f"2001:db8:1:2::{number:x}")
    assert log_in(address="2001:db8:1:2:ffff::1").status_code == 429
    assert log_in(address="2001:db8:1:3::1").status_code == 302


@pytest.mark.parametrize("page", ["/login/", "/admin/login/"])
def test_a_user_name_that_nobody_can_have_is_refused_and_not_counted(page: str) -> None:
    response = log_in(username="a" * 300, page=page)
    assert response.status_code == 200
    assert "at most 150 characters" in response.text
    assert not AccessAttempt.objects.exists()


def test_the_lock_opens_after_15_minutes_however_often_it_was_tried_meanwhile() -> None:
    guess(10)
    let_pass(minutes=14)
    assert guess(2).status_code == 429
    let_pass(minutes=2)
    assert log_in().status_code == 302


def let_pass(minutes: int) -> None:
    """Make the failures older, as if this much time had passed."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))
