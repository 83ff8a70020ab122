"""Somebody who is known by an external id alone, which others know too: they go on, and what was said before stays closed."""

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.models import Evaluator, Judgement, Revision, Showing
from tests.evaluation.factories import make_evaluation, make_evaluator, showings_of
from tests.evaluation.judging.texts import tell
from tests.evaluation.judging.visits import WHOLE, client_of, pairs, post, send, send_draft

pytestmark = pytest.mark.django_db
OTHERWISE = WHOLE | {"choice": "second"}


@pytest.fixture
def evaluator() -> Evaluator:
    """Somebody who has submitted one answer and begun another, where they may go back."""
    evaluation = make_evaluation(allows_back=True)
    tell(evaluation)
    evaluator = make_evaluator(evaluation, external_id="5f3a")
    first, second, *_ = showings_of(evaluator)
    send(evaluator, first)
    send_draft(evaluator, second, {"choice": "first"})
    return evaluator


@pytest.fixture
def stranger(evaluator: Evaluator) -> Client:
    return client_of(evaluator, since=timezone.now())


@pytest.fixture
def judged(evaluator: Evaluator) -> Showing:
    return showings_of(evaluator)[0]


def test_what_was_submitted_before_is_neither_shown_nor_told(
    stranger: Client, evaluator: Evaluator, judged: Showing
) -> None:
    page = stranger.get(pairs(evaluator), follow=True)
    assert page.status_code == 200
    assert "Previous dialogue" not in page.text
    assert stranger.get(pairs(evaluator, judged.token))["Location"] == pairs(evaluator)
    assert stranger.get(pairs(evaluator, judged.token, "state")).json()["reason"] == "unknown"


@pytest.mark.parametrize("part", ["draft", "submit"])
def test_what_was_submitted_before_cannot_be_changed(
    stranger: Client, evaluator: Evaluator, judged: Showing, part: str
) -> None:
    refused = post(stranger, pairs(evaluator, judged.token, part), OTHERWISE, key="key-2")
    assert refused.json()["reason"] == "unknown"
    assert Judgement.objects.get(showing=judged).choice == "first"
    assert Revision.objects.filter(judgement__showing=judged).count() == 1


def test_a_draft_of_before_is_not_told_and_theirs_survives(stranger: Client, evaluator: Evaluator) -> None:
    begun = showings_of(evaluator)[1]
    state = pairs(evaluator, begun.token, "state")
    assert stranger.get(pairs(evaluator, begun.token)).context["page"].answer.choice == ""
    assert stranger.get(state).json()["answer"]["choice"] == ""
    assert post(stranger, pairs(evaluator, begun.token, "draft"), {"choice": "not_sure"}).json() == {"number": 1}
    assert stranger.get(state).json()["answer"]["choice"] == "not_sure"


def test_they_go_on_and_may_go_back_to_what_they_said_themselves(stranger: Client, evaluator: Evaluator) -> None:
    _, begun, third, *_ = showings_of(evaluator)
    assert post(stranger, pairs(evaluator, begun.token, "submit"), OTHERWISE, key="key-2").status_code == 200
    assert "Previous dialogue" in stranger.get(pairs(evaluator, third.token)).text
    assert stranger.get(pairs(evaluator, begun.token)).context["page"].answer.choice == "second"


def test_whoever_has_proof_sees_all_of_it(evaluator: Evaluator, judged: Showing) -> None:
    client = client_of(evaluator)
    assert client.get(pairs(evaluator, judged.token)).context["page"].answer.choice == "first"
    assert client.get(pairs(evaluator), follow=True).context["page"].answer.choice == "first"
