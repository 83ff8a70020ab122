"""Two answers of a character are judged on the same pages as two dialogues, by two criteria."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone

from characters.models import AnswerSet, Benchmark
from evaluation.benchmarks.plan_editor import blank_evaluation
from evaluation.evaluators.download import describe_judgements
from evaluation.models import Evaluation, Evaluator, Judgement, Pair, Presentation
from tests.enrolment.foreign_words import NAMES as LATIN_NAMES
from tests.enrolment.foreign_words import latin_words
from tests.enrolment.people import withdraw
from tests.evaluation.factories import make_evaluator, presentations_of
from tests.evaluation.judging.visits import client_of, pairs, post, send, send_draft

NAMES = ("GPT-4 secret", "RoleGPT secret")
STYLE_ONLY = {"ratings": {"style": {"choice": "first", "reason": "  It swears like him. "}}}
WHOLE = {"ratings": STYLE_ONLY["ratings"] | {"knowledge": {"choice": "tie", "reason": ""}}}
STORED = {
    "style": {"choice": "first", "reason": "It swears like him."},
    "knowledge": {"choice": "tie", "reason": ""},
}


def make_rated(language: str = "en") -> Evaluator:
    """An evaluator with two pairs of answers, of which the first shows the baseline's answer first."""
    benchmark = Benchmark.objects.create(name="RoleBench", language=language)
    for name in NAMES:
        AnswerSet.objects.create(benchmark=benchmark, name=name)
    evaluation = Evaluation.objects.create(
        benchmark=benchmark, number=1, state=Evaluation.State.OPEN, opened_at=timezone.now()
    )
    assignment = evaluation.assignments.create(number=1)
    for position in range(2):
        pair = evaluation.pairs.create(person=str(position), model=" over ".join(NAMES), answers=_answers(position))
        assignment.presentations.create(position=position, pair=pair, is_natural_first=position == 0)
    return make_evaluator(evaluation, external_id="pid")


def _answers(position: int) -> dict[str, object]:
    one, other = NAMES
    return {
        "role": "Coriolanus",
        "description": "A proud soldier.",
        "question": f"What of Rome {position}?",
        "one": {"name": one, "text": f"“Curs {position}!”"},
        "other": {"name": other, "text": f"As a soldier, {position}."},
    }


@pytest.fixture
def evaluator() -> Evaluator:
    return make_rated()


@pytest.fixture
def presentation(evaluator: Evaluator) -> Presentation:
    return presentations_of(evaluator)[0]


@pytest.mark.django_db
def test_the_page_shows_both_answers_in_the_drawn_order_and_no_model(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    page = client_of(evaluator).get(pairs(evaluator, presentation.token)).text
    assert page.index("As a soldier, 0.") < page.index("Curs 0!")
    assert "A proud soldier." in page
    assert "What of Rome 0?" in page
    assert "“" not in page[page.index("Curs") - 9 : page.index("Curs")], "quotes are normalised on both sides"
    assert "secret" not in page
    assert "RoleBench" not in page


@pytest.mark.django_db
def test_both_ratings_are_needed_and_reasons_are_not(evaluator: Evaluator, presentation: Presentation) -> None:
    refused = send(evaluator, presentation, STYLE_ONLY)
    assert (refused.status_code, refused.json()["sentences"]) == (
        422,
        ["Please say which answer shows more knowledge."],
    )
    assert not Judgement.objects.exists()
    assert send(evaluator, presentation, WHOLE).json()["next"].endswith(f"{presentations_of(evaluator)[1].token}/")
    judgement = Judgement.objects.get()
    assert (judgement.ratings, judgement.submitted_at is not None) == (STORED, True)
    assert describe_judgements(evaluator)["judgements"][0]["answer_pair"] == 1


@pytest.mark.django_db
def test_a_draft_is_kept_with_its_reason_and_shown_again(evaluator: Evaluator, presentation: Presentation) -> None:
    assert send_draft(evaluator, presentation, STYLE_ONLY).json() == {"number": 1}
    assert Judgement.objects.get().submitted_at is None
    page = client_of(evaluator).get(pairs(evaluator, presentation.token)).text
    assert ">It swears like him.</textarea>" in page
    assert page.count(" checked") == 2, "the rating, and the side that a phone shows first"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"ratings": {"style": {"choice": "third"}}}, 422),
        ({"ratings": {"style": {"choice": "first", "reason": "x" * 2001}}}, 422),
        ({"ratings": {"style": "first"}}, 400),
        ({"ratings": {"style": {"choice": ["first"]}}}, 400),
        ({"ratings": None}, 400),
    ],
)
def test_what_is_no_rating_is_refused_and_not_stored(
    evaluator: Evaluator, presentation: Presentation, answer: dict[str, object], status: int
) -> None:
    assert send_draft(evaluator, presentation, answer).status_code == status
    assert not Judgement.objects.exists()


@pytest.mark.django_db
def test_without_scripts_the_form_is_enough(evaluator: Evaluator, presentation: Presentation) -> None:
    client, address = client_of(evaluator), pairs(evaluator, presentation.token, "submit")
    sent = {"style": "first", "style_reason": "It swears like him.", "key": "key-1"}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert ">It swears like him.</textarea>" in refused.text
    assert client.post(address, sent | {"knowledge": "tie"}).status_code == 302
    assert Judgement.objects.get().ratings == STORED


@pytest.mark.django_db
def test_a_withdrawal_deletes_ratings_and_frees_the_pairs(evaluator: Evaluator, presentation: Presentation) -> None:
    send(evaluator, presentation, WHOLE)
    withdraw(evaluator)
    assert not Judgement.objects.exists()
    assert evaluator.evaluation.assignments.get().evaluator is None


@pytest.mark.django_db
def test_deleting_an_answer_set_does_not_change_what_is_judged(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    AnswerSet.objects.all().delete()
    page = client_of(evaluator).get(pairs(evaluator, presentation.token)).text
    assert page.index("As a soldier, 0.") < page.index("Curs 0!")
    with pytest.raises(ProtectedError):
        Benchmark.objects.get().delete()
    assert Pair.objects.count() == 2


@pytest.mark.django_db
def test_an_evaluation_has_exactly_one_place(evaluator: Evaluator) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.create(number=2)
    assert evaluator.evaluation.place == Benchmark.objects.get().token


@pytest.mark.django_db
def test_answers_in_chinese_are_judged_on_chinese_pages() -> None:
    evaluator = make_rated("zh")
    evaluation, said = evaluator.evaluation, {"one": {"name": "-", "text": "1"}, "other": {"name": "-", "text": "2"}}
    written = blank_evaluation(Benchmark.objects.get())
    Evaluation.objects.update(instruction=written.instruction, consent=written.consent)
    Pair.objects.update(answers={"role": "3", "description": "4", "question": "5?", **said})
    evaluation.assignments.create(number=2)
    client, address = client_of(evaluator), f"/s/{evaluation.place}/judge/{evaluation.number}"
    pages = [Client().get(f"{address}/"), client.get(f"{address}/"), client.get(f"{address}/withdraw/")]
    for presentation in presentations_of(evaluator):
        own = pairs(evaluator, presentation.token)
        pages += [client.get(own), client.post(f"{own}submit/", {"style": "first", "key": "1"})]
        post(client, f"{own}submit/", WHOLE, key=presentation.token)
    pages.append(client.get(f"{address}/end/"))
    for page in pages:
        assert latin_words(page.text) <= LATIN_NAMES, page.request["PATH_INFO"]
        assert "对话" not in page.text, "answers are no dialogues"
    assert {page.status_code for page in pages} == {200, 422}
