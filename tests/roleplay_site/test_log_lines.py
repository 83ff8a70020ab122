"""What the log must not contain."""

import logging
from collections.abc import Callable
from io import StringIO
from time import thread_time
from typing import Any

import psycopg
import pytest
from django.contrib.auth.tokens import default_token_generator
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from pytest_django import Settings

from roleplay_site.log_lines import DiscreetFormatter
from tests.collection.factories import enrol_participant, make_open_study
from tests.enrolment.people import personal_token
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Return the stream to which the site's handler writes from now on."""
    handlers = [each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)]
    [console] = [each for each in handlers if isinstance(each.formatter, DiscreetFormatter)]
    monkeypatch.setattr(console, "stream", StringIO())
    written: StringIO = console.stream
    return written


def test_the_log_holds_no_personal_link(log: StringIO) -> None:
    """An expired link is not found, while another study's link still works there."""
    token = personal_token(enrol_participant(make_open_study()))
    make_open_study("other")
    assert Client().get(f"/s/other/p/{token}/").status_code == 404
    assert "Not Found: /s/other/p/…/" in log.getvalue()
    assert token not in log.getvalue()


def test_the_log_holds_no_personal_link_of_an_evaluator(log: StringIO) -> None:
    study = make_judged_study()
    token = personal_token(make_evaluator(make_evaluation(study)))
    make_evaluation(study)
    assert Client().get(f"/s/demo/judge/2/p/{token}/").status_code == 404
    assert "Not Found: /s/demo/judge/2/p/…/" in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.parametrize("address", ["/s/demo/judge/1/p//{}/", "/s/demo//judge/1/p/{}/", "/S/demo/p/{}", "/x/{}"])
def test_nor_one_in_a_link_that_something_has_bent(log: StringIO, address: str) -> None:
    token = personal_token(make_evaluator())
    assert Client().get(address.format(token)).status_code == 404
    assert "Not Found: " in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.parametrize("address", ["/login/new/{}/{}/x/", "//Login/new/{}/{}", "/{}:{}"])
def test_the_log_holds_no_link_for_a_password(log: StringIO, address: str) -> None:
    token = default_token_generator.make_token(make_staff())
    assert Client().get(address.format("MQ", token)).status_code == 404
    assert "Not Found: " in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.parametrize("address", ["/s/demo/%3FPROLIFIC_PID=5f3a9", "/s/demo/&PROLIFIC_PID=5f3a9/"])
def test_the_log_holds_no_id_in_a_link_that_something_has_bent(log: StringIO, address: str) -> None:
    make_open_study()
    assert Client().get(address, follow=True).status_code == 404
    assert "Not Found: /s/demo/" in log.getvalue()
    assert "5f3a9" not in log.getvalue()


def test_the_log_holds_no_id_of_a_referrer(log: StringIO) -> None:
    client, referrer = Client(enforce_csrf_checks=True), "https://elsewhere.example.org/s/demo/?PROLIFIC_PID=5f3a9"
    client.cookies["csrftoken"] = "x" * 32
    assert client.post("/login/", headers={"referer": referrer}, secure=True).status_code == 403
    assert "Referer checking failed - https://elsewhere.example.org/s/demo/?… does not match" in log.getvalue()
    assert "5f3a9" not in log.getvalue()


@pytest.mark.parametrize(
    "said", ["x" * 60_000, "?a" * 30_000, "?a=" * 20_000, "x:" * 30_000, "x:" + "y" * 60_000, "-" * 60_000]
)
def test_a_long_line_is_written_at_once(said: str) -> None:
    began = thread_time()
    assert DiscreetFormatter().format(logging.makeLogRecord({"msg": said})) == said.replace("?a=" * 20_000, "?…")
    assert thread_time() - began < 1


@pytest.mark.parametrize(
    ("refuse", "status"),
    [
        (lambda client: client.get("/s/demo/nothing/here/"), 404),
        (lambda client: client.get("/", headers={"host": "elsewhere.example.org"}), 400),
        (lambda client: client.get("/refused/"), 403),
        (lambda client: client.post("/login/", "x", content_type="multipart/form-data; boundary=\xff"), 400),
        (lambda client: client.post("/login/", {f"name-{number}": "" for number in range(1001)}), 400),
        (lambda client: client.post("/login/", {"username": "x"}), 403),
    ],
    ids=["not found", "unknown host", "permission denied", "broken body", "too many fields", "form of another site"],
)
def test_a_refused_page_leaves_one_line(
    log: StringIO, settings: Settings, refuse: Callable[[Client], Any], status: int
) -> None:
    settings.ROOT_URLCONF = "tests.roleplay_site.refusing"
    assert refuse(Client(enforce_csrf_checks=status == 403)).status_code == status
    assert len(log.getvalue().splitlines()) == 1


def test_an_error_of_the_site_leaves_its_traceback(log: StringIO, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.roleplay_site.refusing"
    client = Client(raise_request_exception=False)
    assert client.get("/broken/").status_code == 500
    assert "ZeroDivisionError" in log.getvalue()


def test_a_database_that_is_away_is_one_line_of_the_log(log: StringIO) -> None:
    try:
        try:
            psycopg.connect("postgresql://127.0.0.1:1/site", connect_timeout=2)
        except psycopg.OperationalError as error:
            raise OperationalError(str(error)) from error
    except OperationalError:
        logging.getLogger("celery").exception("The task failed.")
    [line] = log.getvalue().splitlines()
    assert "celery: The task failed. (" in line
    assert "Connection refused" in line


def test_what_is_wrong_with_a_statement_keeps_its_traceback(log: StringIO) -> None:
    try:
        connection.cursor().execute("SELECT nothing FROM nowhere")
    except DatabaseError:
        logging.getLogger("celery").exception("The task failed.")
    assert "Traceback" in log.getvalue()
