"""What the log must not tell."""

import logging
from io import StringIO
from time import thread_time

import pytest
from django.test import Client

from collection.participation.credentials import personal_token
from evaluation.evaluators.credentials import personal_token as evaluators_token
from roleplay_site.log_lines import DiscreetFormatter
from tests.collection.factories import enrol_participant, make_open_study
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the site's own handler writes from now on."""
    handlers = [each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)]
    [console] = [each for each in handlers if isinstance(each.formatter, DiscreetFormatter)]
    monkeypatch.setattr(console, "stream", StringIO())
    written: StringIO = console.stream
    return written


def test_the_log_holds_no_personal_link(log: StringIO) -> None:
    """One that has expired is not found; another study's is still good there."""
    token = personal_token(enrol_participant(make_open_study()))
    make_open_study("other")
    assert Client().get(f"/s/other/p/{token}/").status_code == 404
    assert "Not Found: /s/other/p/…/" in log.getvalue()
    assert token not in log.getvalue()


def test_the_log_holds_no_personal_link_of_an_evaluator(log: StringIO) -> None:
    study = make_judged_study()
    token = evaluators_token(make_evaluator(make_evaluation(study)))
    make_evaluation(study)
    assert Client().get(f"/s/demo/judge/2/p/{token}/").status_code == 404
    assert "Not Found: /s/demo/judge/2/p/…/" in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.parametrize("address", ["/s/demo/judge/1/p//{}/", "/s/demo//judge/1/p/{}/", "/S/demo/p/{}", "/x/{}"])
def test_nor_one_in_a_link_that_something_has_bent(log: StringIO, address: str) -> None:
    token = evaluators_token(make_evaluator())
    assert Client().get(address.format(token)).status_code == 404
    assert "Not Found: " in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.parametrize("said", ["x" * 60_000, "x:" * 30_000, "x:" + "y" * 60_000, "-" * 60_000])
def test_a_long_line_is_written_at_once(said: str) -> None:
    began = thread_time()
    assert DiscreetFormatter().format(logging.makeLogRecord({"msg": said})) == said
    assert thread_time() - began < 1
