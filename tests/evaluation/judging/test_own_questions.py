"""An evaluation's own questions on the judging page, and what is stored of their answers."""

import pytest

from evaluation.evaluators.download import describe_judgements
from evaluation.models import Evaluator, Judgement, Presentation, Revision
from tests.evaluation.factories import make_evaluation, make_evaluator, presentations_of
from tests.evaluation.judging.visits import WHOLE, client_of, pairs, send, send_draft
from tests.evaluation.test_own_questions import TABLE
from tests.evaluation.test_own_questions import WHOLE as OWN

SENT = {name: str(answer) for name, answer in OWN.items()}


@pytest.fixture
def evaluator() -> Evaluator:
    return make_evaluator(make_evaluation(own_questions=TABLE))


@pytest.fixture
def presentation(evaluator: Evaluator) -> Presentation:
    return presentations_of(evaluator)[0]


@pytest.mark.django_db
def test_the_page_asks_them_after_the_papers(evaluator: Evaluator, presentation: Presentation) -> None:
    page = client_of(evaluator).get(pairs(evaluator, presentation.token)).text
    assert (
        page.index("Artificial Utterance Number") < page.index("Why?") < page.index("2nd Dialogue: How fluent is it?")
    )


@pytest.mark.django_db
def test_answers_are_kept_in_drafts_and_their_revisions(evaluator: Evaluator, presentation: Presentation) -> None:
    send_draft(evaluator, presentation, {"choice": "first", "own_answers": {"own.reason": "it "}})
    send_draft(evaluator, presentation, {"choice": "first", "own_answers": {"own.reason": "it rambles"}})
    assert Judgement.objects.get().own_answers == {"own.reason": "it rambles"}
    assert [one.own_answers["own.reason"] for one in Revision.objects.all()] == ["it", "it rambles"]
    page = client_of(evaluator).get(pairs(evaluator, presentation.token)).text
    assert "\nit rambles</textarea>" in page


@pytest.mark.django_db
def test_an_answer_is_stored_once_all_required_questions_are_answered(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    refused = send(evaluator, presentation)
    assert refused.status_code == 422
    assert "Write an answer to “Why?”." in refused.json()["sentences"]
    assert len(refused.json()["sentences"]) == 4
    sent = WHOLE | {"own_answers": SENT | {"own.why_not": "typed before it disappeared"}}
    assert send(evaluator, presentation, sent).status_code == 200
    judgement = Judgement.objects.get()
    assert judgement.own_answers == OWN
    assert judgement.revisions.get().own_answers == OWN | {"own.why_not": "typed before it disappeared"}
    assert describe_judgements(evaluator)["judgements"][0]["own_answers"] == OWN


@pytest.mark.django_db
def test_without_scripts_a_form_sends_them_and_comes_back_with_them(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    client, address = client_of(evaluator), pairs(evaluator, presentation.token, "submit")
    again = client.post(address, WHOLE | SENT | {"own.topic": "", "key": "k"})
    assert again.status_code == 422
    assert "Choose an answer for “Did both keep to the topic?”." in again.text
    assert "it rambles</textarea>" in again.text
    client.post(address, WHOLE | SENT | {"key": "k"})
    assert Judgement.objects.submitted().get().own_answers == OWN


@pytest.mark.django_db
@pytest.mark.parametrize("own", [["own.reason"], {"own.reason": {"x": 1}}, {"own.topic": [["Yes"]]}])
def test_what_no_page_sends_is_refused(evaluator: Evaluator, presentation: Presentation, own: object) -> None:
    assert send_draft(evaluator, presentation, WHOLE | {"own_answers": own}).status_code == 400
    assert not Judgement.objects.exists()


@pytest.mark.django_db
def test_whoever_is_not_sure_need_not_name_an_utterance() -> None:
    evaluator = make_evaluator()
    presentation = presentations_of(evaluator)[0]
    unsure = {"choice": "not_sure", "confidence": "confident", "utterance_number": None}
    assert send(evaluator, presentation, unsure).status_code == 200
    assert Judgement.objects.submitted().get().utterance_number is None
