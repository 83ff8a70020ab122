"""Submissions: one judgement per pair, and clear sentences for refused answers."""

from typing import Any

import pytest
from django.utils import timezone

from evaluation.models import Evaluation, Evaluator, Judgement, Pair, Presentation, Revision
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judgement,
    make_known_pair,
    presentations_of,
)
from tests.evaluation.judging.texts import tell
from tests.evaluation.judging.visits import CLOCKS, SIDED, WHOLE, client_of, pairs, send, send_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluator() -> Evaluator:
    evaluation = make_evaluation()
    tell(evaluation)
    return make_evaluator(evaluation)


@pytest.fixture
def presentation(evaluator: Evaluator) -> Presentation:
    """Of two and four utterances; which side is which depends on the presentation."""
    return presentations_of(evaluator)[0]


def test_an_answer_becomes_a_judgement_and_leads_to_the_next_pair(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    answer = send(evaluator, presentation, WHOLE | SIDED, clocks=CLOCKS)
    judgement = Judgement.objects.get()
    assert answer.json() == {"next": pairs(evaluator, presentations_of(evaluator)[1].token)}
    assert (judgement.choice, judgement.confidence, judgement.utterance_number) == ("first", "very confident", 1)
    assert (judgement.utterance_side, judgement.utterance_bubble) == ("first", "prompt")
    assert (judgement.presentation, judgement.evaluator, judgement.pair) == (presentation, evaluator, presentation.pair)
    assert judgement.submitted_at is not None
    assert (judgement.showed_goal, judgement.showed_persona) == (True, True)
    revision = Revision.objects.get()
    assert (revision.number, revision.is_submitted, revision.choice) == (1, True, "first")


def test_the_last_answer_leads_to_the_end(evaluator: Evaluator) -> None:
    for number, presentation in enumerate(presentations_of(evaluator)):
        answer = send(evaluator, presentation, key=f"key-{number}")
    client = client_of(evaluator)
    assert client.get(answer.json()["next"])["Location"].endswith("/judge/1/end/")
    evaluator.refresh_from_db()
    assert evaluator.state == Evaluator.State.FINISHED


def test_the_same_key_again_gets_the_same_answer_and_stores_nothing(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    first = send(evaluator, presentation)
    again = send(evaluator, presentation, WHOLE | {"choice": "second"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert Judgement.objects.get().choice == "first"
    assert Revision.objects.count() == 1


def test_another_tab_cannot_judge_again(evaluator: Evaluator, presentation: Presentation) -> None:
    send(evaluator, presentation)
    again = send(evaluator, presentation, WHOLE | {"choice": "second"}, key="key-2")
    assert (again.status_code, again.json()["reason"]) == (409, "already_judged")
    assert again.json()["next"] == pairs(evaluator)
    assert Judgement.objects.get().choice == "first"
    assert send_draft(evaluator, presentation, {"choice": "second"}).json()["reason"] == "already_judged"


def test_where_one_may_go_back_an_answer_can_be_changed(evaluator: Evaluator, presentation: Presentation) -> None:
    Evaluation.objects.update(allows_back=True)
    send(evaluator, presentation)
    evaluator.refresh_from_db()
    send_draft(evaluator, presentation, WHOLE | {"choice": "not_sure"})
    assert Judgement.objects.get().choice == "first", "a draft is no answer"
    assert send(evaluator, presentation, WHOLE | {"choice": "second"}, key="key-2").status_code == 200
    judgement = Judgement.objects.get()
    trail = list(judgement.revisions.values_list("number", "choice", "is_submitted"))
    assert judgement.choice == "second"
    assert trail == [(1, "first", True), (2, "not_sure", False), (3, "second", True)]


@pytest.mark.parametrize(
    ("answer", "status", "reason", "words"),
    [
        ({}, 422, "incomplete", ["which dialogue", "how confident", "which utterance"]),
        ({"choice": "first", "confidence": "confident"}, 422, "incomplete", ["which utterance"]),
        ({"choice": "not_sure", "confidence": "confident", "utterance_number": 5}, 422, "unanswerable", ["from 1 to 4"]),
        (WHOLE | {"utterance_number": -1}, 422, "unanswerable", ["no utterance -1"]),
        (WHOLE | {"utterance_number": 10**12}, 422, "unanswerable", ["no utterance"]),
        (WHOLE | {"utterance_side": "second", "utterance_bubble": "prompt"}, 422, "unanswerable", ["other dialogue"]),
        (WHOLE | {"choice": "simulated"}, 422, "unanswerable", ["1st, 2nd or not sure"]),
        (WHOLE | {"utterance_number": 1.5}, 400, "broken", ["reload this page"]),
        (WHOLE | {"utterance_number": True}, 400, "broken", ["reload this page"]),
        (WHOLE | {"choice": ["first"]}, 400, "broken", ["reload this page"]),
        (WHOLE | {"key": "k" * 41}, 400, "broken", ["reload this page"]),
        (WHOLE | {"key": "half of a pair: \ud83d"}, 400, "broken", ["reload this page"]),
        (WHOLE | {"key": "NUL\x00"}, 400, "broken", ["reload this page"]),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_and_not_stored(
    evaluator: Evaluator, presentation: Presentation, answer: dict[str, Any], status: int, reason: str, words: list[str]
) -> None:
    answer = dict(answer)
    refused = send(evaluator, presentation, key=answer.pop("key", "key-1"), answer=answer)
    content = refused.json()
    assert (refused.status_code, content["reason"]) == (status, reason)
    assert all(each in content["message"] for each in words)
    assert "next" not in content
    assert not Judgement.objects.exists()


@pytest.mark.parametrize(
    "body",
    ["{", "[]", '"first"', '{"answer": 3}', '{"answer": {"choice": {}}, "key": 7}', "[" * 9000, '{"answer": ' * 9000],
    ids=lambda body: body[:40],
)
def test_what_cannot_be_read_is_refused(evaluator: Evaluator, presentation: Presentation, body: str) -> None:
    address = pairs(evaluator, presentation.token, "submit")
    refused = client_of(evaluator).post(address, body, content_type="application/json")
    assert (refused.status_code, refused.json()["reason"]) == (400, "broken")
    assert not Judgement.objects.exists()


def test_nobody_judges_another_evaluators_pair_or_one_that_does_not_exist(evaluator: Evaluator) -> None:
    stranger = make_evaluator(evaluator.evaluation)
    theirs = presentations_of(stranger)[0]
    for token in (theirs.token, "no-such-token"):
        for part in ("submit", "draft"):
            refused = client_of(evaluator).post(
                pairs(evaluator, token, part), '{"answer": {}}', content_type="application/json"
            )
            assert (refused.status_code, refused.json()["reason"]) == (404, "unknown")
            assert refused.json()["next"] == pairs(evaluator)
        assert client_of(evaluator).get(pairs(evaluator, token))["Location"] == pairs(evaluator)
        assert client_of(evaluator).get(pairs(evaluator, token, "state")).status_code == 404
    assert not Judgement.objects.exists()


def test_after_closing_an_answer_is_refused_and_kept_as_a_draft(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    refused = send(evaluator, presentation)
    assert (refused.status_code, refused.json()["reason"]) == (403, "closed")
    assert "kept as a draft" in refused.json()["message"]
    judgement = Judgement.objects.get()
    assert (judgement.choice, judgement.submitted_at) == ("first", None)
    Evaluation.objects.update(state=Evaluation.State.OPEN)
    page = client_of(evaluator).get(pairs(evaluator, presentation.token)).context["page"]
    assert page.answer.choice == "first"


def test_a_pair_that_was_withdrawn_meanwhile_leads_on(evaluator: Evaluator, presentation: Presentation) -> None:
    Pair.objects.filter(pk=presentation.pair.pk).update(withdrawn_at=timezone.now(), natural=None, simulated=None)
    refused = send(evaluator, presentation)
    assert (refused.status_code, refused.json()["reason"]) == (404, "unknown")
    assert "withdrawn" in refused.json()["message"]
    assert not Judgement.objects.exists()
    assert client_of(evaluator).get(pairs(evaluator))["Location"] == pairs(
        evaluator, presentations_of(evaluator)[1].token
    )


def test_without_scripts_the_form_itself_is_taken(evaluator: Evaluator, presentation: Presentation) -> None:
    client, address = client_of(evaluator), pairs(evaluator, presentation.token, "submit")
    page = client.post(address, {"choice": "first", "utterance_number": "2", "key": "key-1"})
    assert page.status_code == 422
    assert "Please say how confident you are about your choice." in page.text
    assert [is_given for _, is_given in page.context["page"].questions[0].options] == [True, False, False]
    assert page.context["page"].answer.utterance_number == 2
    taken = client.post(address, {key: str(value) for key, value in WHOLE.items()} | {"key": "key-1"})
    assert (taken.status_code, taken["Location"]) == (302, pairs(evaluator, presentations_of(evaluator)[1].token))
    again = client.post(address, {key: str(value) for key, value in WHOLE.items()} | {"key": "key-2"})
    assert again.status_code == 409
    assert "You have already judged this pair" in again.text
    assert Judgement.objects.get().utterance_number == 1


def test_who_has_no_cookie_is_sent_to_the_door(client: Any, evaluator: Evaluator, presentation: Presentation) -> None:
    for part in ((), (presentation.token,), (presentation.token, "state"), (presentation.token, "feedback")):
        assert client.get(pairs(evaluator, *part))["Location"] == "/s/demo/judge/1/"
    assert client.post(pairs(evaluator, presentation.token, "submit"), WHOLE)["Location"] == "/s/demo/judge/1/"
    assert not Judgement.objects.exists()


@pytest.mark.parametrize(
    ("answers", "flag"),
    [
        ([True, True], ""),
        ([True, False], "failed 1 of 2 attention checks"),
        ([None, True], "failed 1 of 2 attention checks"),
        ([None, False], "failed 2 of 2 attention checks"),
    ],
)
def test_failed_attention_checks_flag_the_evaluator_and_nobody_tells_them(
    evaluator: Evaluator, answers: list[bool | None], flag: str
) -> None:
    assignment = evaluator.assignments.get()
    for position, detected in enumerate(answers):
        natural_first = bool(position)
        presentation = assignment.presentations.create(
            position=90 + position, pair=make_known_pair(evaluator.evaluation), is_natural_first=natural_first
        )
        choice = "not_sure" if detected is None else "second" if detected == natural_first else "first"
        told = send(evaluator, presentation, WHOLE | {"choice": choice}, key=f"key-{position}")
        assert set(told.json()) == {"next"}
    evaluator.refresh_from_db()
    assert evaluator.flag == flag


@pytest.mark.parametrize("reason", ["answers within two seconds", "failed the test of English"])
def test_a_flag_that_was_set_for_another_reason_stays(evaluator: Evaluator, reason: str) -> None:
    Evaluator.objects.update(flag=reason)
    check = make_known_pair(evaluator.evaluation)
    presentation = evaluator.assignments.get().presentations.create(position=90, pair=check, is_natural_first=True)
    send(evaluator, presentation)
    evaluator.refresh_from_db()
    assert evaluator.flag == reason


def test_judgements_of_others_stay_as_they_are(evaluator: Evaluator, presentation: Presentation) -> None:
    stranger = make_evaluator(evaluator.evaluation)
    other = make_judgement(presentations_of(stranger)[0], detected=False)
    send(evaluator, presentation)
    choice = other.choice
    other.refresh_from_db()
    assert (other.choice, Judgement.objects.count()) == (choice, 2)
