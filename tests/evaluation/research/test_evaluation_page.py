"""An evaluation while evaluators judge: its link, progress, flags and exports."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from evaluation.models import Evaluation, Evaluator, Judgement, Pair
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)

pytestmark = pytest.mark.django_db
PAGE = "/studies/demo/evaluations/1/"
FILE = f"{PAGE}data/judgements.csv"


@pytest.fixture
def evaluation() -> Evaluation:
    """two assignments of four pairs, two of either model in each."""
    return make_evaluation()


def read(client: Client, address: str = PAGE) -> str:
    return " ".join(client.get(address).text.split())


def post(client: Client, action: str) -> str:
    return client.post(PAGE, {"action": action}, follow=True).text


def fetch(client: Client, name: str) -> str:
    answer = client.get(f"{PAGE}data/{name}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_the_link_can_be_shared_also_with_a_platform(client: Client, evaluation: Evaluation) -> None:
    Evaluation.objects.update(external_id_parameter="workerId")
    page = read(client)
    assert 'value="http://testserver/s/demo/judge/1/"' in page
    assert 'value="http://testserver/s/demo/judge/1/?workerId=NAME"' in page


def test_it_is_closed_and_opened_again(client: Client, evaluation: Evaluation) -> None:
    assert "The evaluation is closed." in post(client, "close")
    assert Evaluation.objects.get().state == "closed"
    assert "People who open the link are told so." in read(client)
    post(client, "open")
    assert Evaluation.objects.get().state == "open"


def test_progress_is_counted_by_model_and_evaluator(client: Client, evaluation: Evaluation) -> None:
    presentations = presentations_of(make_evaluator(evaluation))
    for presentation, seconds in zip(presentations[:3], (20.0, 50.0, 26.0), strict=True):
        make_judgement(presentation, active_seconds=seconds)
    make_judgement(presentations[3], submitted_at=None)
    make_evaluator(evaluation, seen_minutes_ago=90, external_id="platform-1")
    make_evaluator(evaluation, seen_minutes_ago=95, state="lapsed")
    page = read(client)
    assert "<strong>3</strong> of 8 judgements, <strong>1</strong> active now" in page
    for model in ("mixtral", "gpt-4"):
        judged = sum(presentation.pair.model == model for presentation in presentations[:3])
        assert f'aria-label="Judgements about {model}"></progress></td> <td class="number">{judged} of 4</td>' in page
    assert '<td class="number">3 of 4</td> <td class="number">26 s</td> <td class="when">now</td>' in page
    assert page.index("e-001") < page.index("e-002") < page.index("e-003")
    assert page.count('<span class="state running">online</span>') == 1
    assert "platform-1" in page
    for words, count in {"Consented": 3, "In progress": 2, "Timed out": 1, "Free assignments": "0 of 2"}.items():
        assert f"<dt>{words}</dt><dd>{count}</dd>" in page


def test_who_withdrew_was_there_when_they_did(client: Client, evaluation: Evaluation) -> None:
    now = timezone.now()
    make_evaluator(evaluation, seen_minutes_ago=50)
    gone = make_evaluator(evaluation, state="withdrawn")
    Evaluator.objects.filter(pk=gone.pk).update(
        last_seen_at=None, consented_at=now - timedelta(hours=9), ended_at=now - timedelta(minutes=20)
    )
    page = read(client)
    assert "20 minutes ago" in page
    assert "9 hours" not in page
    assert page.index(gone.code) < page.index("50 minutes ago")


def test_pairs_of_the_withdrawn_are_no_longer_wanted(client: Client, evaluation: Evaluation) -> None:
    presentations = presentations_of(make_evaluator(evaluation))
    make_judgement(presentations[0])
    Pair.objects.filter(pk=presentations[0].pair.pk).update(withdrawn_at=timezone.now())
    page = read(client)
    assert "<strong>0</strong> of 7 judgements" in page
    assert "left out: 1 about people who have withdrawn" in page
    assert '<td class="number">0 of 3</td>' in page


def test_a_replacement_pair_is_wanted_once_more(client: Client, evaluation: Evaluation) -> None:
    first, second = (presentations_of(make_evaluator(evaluation)) for _ in range(2))
    for presentation in (*first[:3], *second):
        make_judgement(presentation)
    spare = next(presentation for presentation in second if presentation.pair.model == first[3].pair.model)
    first[3].pair = spare.pair
    first[3].save()
    make_judgement(first[3])
    page = read(client)
    assert "<strong>8</strong> of 9 judgements" in page


def test_answer_times_that_are_unlike_all_others_are_counted(client: Client) -> None:
    evaluation = make_evaluation(make_judged_study(people=6))
    for seconds in (
        (20.0, 24, 28, 30, 33, 35, 40, 44, 50, 61, 38, 29),
        (31.0, 26, 1.5, 22, 25, 27, 900, 33, 36, 39, 41, 43),
    ):
        for presentation, one in zip(presentations_of(make_evaluator(evaluation)), seconds, strict=True):
            make_judgement(presentation, active_seconds=one)
    page = read(client)
    assert "2 unusual times" in page
    assert "2 answer times are unusual" in page


def test_an_evaluator_is_flagged_for_a_reason_and_unflagged(client: Client, evaluation: Evaluation) -> None:
    make_evaluator(evaluation)
    assert "Flag<span" in read(client)
    form = read(client, f"{PAGE}?evaluator=1")
    assert "Flag for e-001" in form
    sent = {"evaluator": "1", "action": "flag", "reason": " Wrote that they clicked at random. "}
    assert "e-001 is flagged." in client.post(f"{PAGE}flag/", sent, follow=True).text
    assert Evaluator.objects.get().flag == "Wrote that they clicked at random."
    assert '<span class="label">Wrote that they clicked at random.</span>' in read(client)
    client.post(f"{PAGE}flag/", {"evaluator": "1", "action": "unflag", "reason": "whatever"})
    assert Evaluator.objects.get().flag == ""


def test_nobody_is_flagged_without_a_reason_or_a_name(client: Client, evaluation: Evaluation) -> None:
    make_evaluator(evaluation)
    answer = client.post(f"{PAGE}flag/", {"evaluator": "1", "action": "flag", "reason": " "}, follow=True).text
    assert "Enter a reason" in answer
    assert client.post(f"{PAGE}flag/", {"evaluator": "7", "action": "flag", "reason": "x"}).status_code == 404
    assert client.post(f"{PAGE}flag/", {"evaluator": "²", "action": "flag", "reason": "x"}).status_code == 404
    assert "Flag for" not in read(client, f"{PAGE}?evaluator=99")


def test_only_what_has_changed_is_sent(client: Client, evaluation: Evaluation) -> None:
    seen = client.get(f"{PAGE}live/").text.split('"seen": "')[1].split('"')[0]
    assert client.get(f"{PAGE}live/", {"seen": seen}).status_code == 204
    make_judgement(presentations_of(make_evaluator(evaluation))[0])
    news = client.get(f"{PAGE}live/", {"seen": seen}).text
    assert "<strong>1</strong> of 8" in news
    assert 'id="evaluators" hx-swap-oob' in news


def test_many_evaluators_are_listed_in_few_queries(
    client: Client, evaluation: Evaluation, django_assert_max_num_queries: Any
) -> None:
    for _ in range(60):
        make_evaluator(evaluation, state="finished")
    with django_assert_max_num_queries(20):
        page = read(client, f"{PAGE}live/")
    assert "1 to 50 of 60" in page


def test_without_evaluators_the_page_says_how_they_come(client: Client, evaluation: Evaluation) -> None:
    assert "No evaluators yet. Share the link above." in read(client)


def test_every_file_can_be_taken_out(client: Client, evaluation: Evaluation) -> None:
    make_judgement(presentations_of(make_evaluator(evaluation))[0])
    for name in ("judgements.csv", "judgements-spreadsheet.csv"):
        rows = list(csv.DictReader(StringIO(fetch(client, name).removeprefix("\ufeff"), newline="")))
        assert [row["participant"] for row in rows] == ["e-001"]
    assert '"record": "judgement"' in fetch(client, "judgements.jsonl")
    assert client.get(f"{PAGE}data/passwords.csv").status_code == 404


def test_a_file_names_whom_to_pay_and_is_offered_if_there_are_external_ids(
    client: Client, evaluation: Evaluation
) -> None:
    name = "evaluators-with-external-ids.csv"
    for presentation in presentations_of(make_evaluator(evaluation))[:3]:
        make_judgement(presentation, submitted_at=None if presentation.position == 0 else timezone.now())
    assert name not in read(client)
    make_evaluator(evaluation, state="withdrawn", external_id="=HYPERLINK(1)")
    assert name in read(client)
    rows = list(csv.DictReader(StringIO(fetch(client, name).removeprefix("\ufeff"), newline="")))
    assert [(row["participant"], row["external_id"], row["state"], row["submitted"]) for row in rows] == [
        ("e-001", "", "judging", "2"),
        ("e-002", "'=HYPERLINK(1)", "withdrawn", "0"),
    ]


def test_a_file_that_would_be_incomplete_is_not_sent_but_explained(client: Client, evaluation: Evaluation) -> None:
    make_judgement(presentations_of(make_evaluator(evaluation))[0])
    with connection.execute_wrapper(withdraw_after_counting):
        answer = client.get(FILE)
    assert answer.status_code == 409
    assert "No file was downloaded. 0 of 1 judgements were written" in answer.text


def withdraw_after_counting(execute: Any, sql: str, *arguments: Any) -> Any:
    """The evaluator withdraws as soon as their judgements have been counted."""
    result = execute(sql, *arguments)
    if "COUNT(" in sql and Judgement.objects.exists():
        Judgement.objects.all().delete()
    return result


def test_an_external_id_from_several_browsers_is_shown_with_how_many(client: Client, evaluation: Evaluation) -> None:
    make_evaluator(evaluation, external_id="5f3a")
    assert "External IDs used in several browsers" not in read(client)
    make_evaluator(evaluation, external_id="5f3a", refused_returns=1)
    page = read(client)
    assert (
        '<strong class="shared-id">5f3a</strong>: 3 browsers, 2 of them open at the same time, 1 of them turned away'
        in page
    )
