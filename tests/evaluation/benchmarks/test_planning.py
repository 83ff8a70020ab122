"""A researcher plans an evaluation of answers, opens it, and follows it."""

from typing import Any

import pytest
from django.test import Client

from characters.models import Benchmark
from evaluation.models import Evaluation
from studies.models import AuditLine
from tests.characters.judging.factories import BASELINE, make_answers, make_benchmark
from tests.collection.research.forms import read_form
from tests.evaluation.factories import make_answer_evaluation, make_evaluator

pytestmark = pytest.mark.django_db


@pytest.fixture
def benchmark() -> Benchmark:
    benchmark = make_benchmark(("Brutus", "Coriolanus"))
    for name in (BASELINE, "Tuned"):
        make_answers(benchmark, name)
    return benchmark


def home(benchmark: Benchmark) -> str:
    return f"/benchmarks/{benchmark.token}/evaluations/"


def read(client: Client, address: str) -> str:
    return " ".join(client.get(address).text.split())


def send(client: Client, address: str, **typed: Any) -> Any:
    """Sends the page's form as it is shown, but for what is typed."""
    sent = read_form(client.get(address).text) | typed
    return client.post(address, {name: value for name, value in sent.items() if value != ""})


def test_a_plan_begins_with_the_papers_numbers_and_no_known_seed(client: Client, benchmark: Benchmark) -> None:
    tuned = benchmark.answer_sets.get(name="Tuned")
    sent = send(client, f"{home(benchmark)}new/", answer_sets=[str(tuned.pk)], roles="Brutus\r\n")
    made = Evaluation.objects.get()
    assert sent.headers["Location"] == made.address == f"{home(benchmark)}1/"
    plan = made.answer_plan
    assert (plan.general, plan.specific, plan.seed, plan.roles) == (20, 20, 73, ["Brutus"])
    assert str(plan.baseline) == BASELINE, "published answers are the first choice"
    assert made.seed != 73
    assert made.instruction.startswith("You will read a question to a character")
    page = read(client, made.address)
    assert "<dt>Pairs</dt><dd>5</dd>" in page
    assert f"Tuned over {BASELINE}" in page
    assert "Evaluators read descriptions that nobody has audited: Brutus." in page


def test_mistakes_are_named_and_nothing_is_stored(client: Client, benchmark: Benchmark) -> None:
    answer = send(
        client, f"{home(benchmark)}new/", general="1001", roles="Caesar", **{"completed-redirect_url": "ftp://x.org"}
    )
    assert answer.status_code == 422
    for words in (
        "Choose answer sets to compare.",
        "less than or equal to 1000",
        "no test rows of: Caesar",
        "valid URL",
    ):
        assert words in answer.text
    assert not Evaluation.objects.exists()


def test_a_plan_is_opened_followed_and_closed(client: Client, benchmark: Benchmark) -> None:
    evaluation = make_answer_evaluation(benchmark, ["Tuned"], BASELINE)
    send(client, f"{evaluation.address}edit/", specific="1", pairs_per_evaluator="3", judges_per_pair="2")
    assert "<dt>Evaluators needed</dt><dd>4</dd>" in read(client, evaluation.address)
    client.post(evaluation.address, {"action": "open"})
    page = read(client, evaluation.address)
    assert f'value="http://testserver/s/{benchmark.token}/judge/1/"' in page
    assert "<strong>0</strong> of 12 judgements" in page
    assert f'<th scope="row">Tuned over {BASELINE}</th>' in page
    evaluator = make_evaluator(evaluation)
    client.post(f"{evaluation.address}flag/", {"evaluator": evaluator.number, "reason": "Too fast"})
    assert "Too fast" in client.get(f"{evaluation.address}live/").text
    assert client.get(f"{evaluation.address}edit/").headers["Location"] == evaluation.address
    assert "1 judging" not in page
    client.post(evaluation.address, {"action": "delete"})
    client.post(evaluation.address, {"action": "close"})
    evaluation.refresh_from_db()
    assert evaluation.state == Evaluation.State.CLOSED
    lines = AuditLine.objects.filter(about=benchmark.name).order_by("pk")
    assert [line.verb for line in lines if "the evaluation" in line.words] == ["changed", "opened", "closed"]
    assert "closed" in read(client, home(benchmark))


def test_what_cannot_be_opened_says_why(client: Client, benchmark: Benchmark) -> None:
    evaluation = make_answer_evaluation(benchmark, ["Tuned"])
    page = read(client, evaluation.address)
    assert "Choose at least two answer sets, or one and a baseline." in page
    assert "Open evaluation" not in page
    assert "Choose at least two answer sets" in client.post(evaluation.address, {"action": "open"}, follow=True).text
    client.post(evaluation.address, {"action": "delete"})
    assert "No evaluations yet." in read(client, home(benchmark))


def test_one_answer_set_is_not_enough(client: Client, benchmark: Benchmark) -> None:
    benchmark.answer_sets.get(name="Tuned").delete()
    page = read(client, f"{home(benchmark)}new/")
    assert "Evaluators compare at least two answer sets, and this benchmark has fewer." in page


def test_a_plan_can_be_tried_as_an_evaluator_and_left_for_its_page(client: Client, benchmark: Benchmark) -> None:
    evaluation = make_answer_evaluation(benchmark, ("Tuned",), BASELINE)
    preview = f"/s/{benchmark.token}/judge/1/preview/"
    assert f'href="{preview}"' in client.get(evaluation.address).text
    for address in (preview, f"{preview}pairs/0/"):
        page = client.get(address).text
        assert "Preview: nothing is stored." in page
        assert f'href="{evaluation.address}"' in page
