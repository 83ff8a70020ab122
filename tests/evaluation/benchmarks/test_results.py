"""Win rates, ranks and agreement of people whose preferences are known."""

import csv
import json
from collections.abc import Sequence
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from characters.benchmarks.removal import remove_benchmark
from characters.judging.rolebench_table import rolebench_table
from evaluation.benchmarks.agreement import Agreement
from evaluation.benchmarks.files import export_answer_judgements
from evaluation.benchmarks.results import compare, rank_sets, read_answer_results
from evaluation.judges.judge_runs import request_judge_run
from evaluation.models import AnswerPlan, Evaluation, Evaluator, Judgement, Pair
from evaluation.planning.opening import close_evaluation
from simulation.requests import RequestError
from studies.models import AuditLine
from tests.characters.judging.factories import BASELINE, ContentJudge, request, run
from tests.evaluation.benchmarks.judged import benchmark_of, judge, judge_all, make_open_evaluation
from tests.evaluation.factories import make_evaluator, presentations_of

pytestmark = pytest.mark.django_db
STYLE_WINS = {"style": "win", "knowledge": "tie"}


def test_each_criterion_has_its_win_rate_and_more_criteria_win_together() -> None:
    evaluation = make_open_evaluation(pairs_per_evaluator=5)
    one, *rest = presentations_of(make_evaluator(evaluation))
    judge(one, {"style": "loss", "knowledge": "loss"})
    for each in rest:
        judge(each, STYLE_WINS)
    assert {each.is_natural_first for each in (one, *rest)} == {True, False}, "the order does not matter"
    ratings = read_answer_results(evaluation).ratings
    counted = {
        criterion: [(each.wins, each.ties, each.losses, each.rate.mean if each.rate else None)]
        for criterion in ("style", "knowledge", "together")
        for each in compare(ratings, criterion)
    }
    assert counted == {
        "style": [(4, 0, 1, 0.8)],
        "knowledge": [(0, 4, 1, 0.4)],
        "together": [(4, 0, 1, 0.8)],
    }
    [found] = compare(ratings, "style")
    assert found.rate is not None
    assert (str(found), found.rate.questions, found.rate.method) == (
        f"Tuned over {BASELINE}",
        5,
        "bootstrap over questions",
    )
    assert found.rate.low < 0.8 < found.rate.high


def test_sets_that_are_compared_with_each_other_have_ranks() -> None:
    evaluation = make_open_evaluation(("Tuned", "Plain", "Dull"), "")
    judge_all(evaluation, {"style": "win", "knowledge": "win"})
    ranked, left_out = rank_sets(read_answer_results(evaluation).ratings, "together")
    found = {str(each): (standing.mean_rank.mean, standing.first.mean) for each, standing in ranked.items()}
    assert found == {"Tuned": (1.0, 1.0), "Plain": (2.0, 0.0), "Dull": (3.0, 0.0)}
    assert left_out == 0
    Judgement.objects.filter(pair=evaluation.pairs.filter(model="Tuned over Dull")[0]).delete()
    assert rank_sets(read_answer_results(evaluation).ratings, "together")[1] == 1


def test_people_agree_with_each_other_and_with_a_model() -> None:
    evaluation = make_open_evaluation(judges_per_pair=2)
    judge_all(evaluation, STYLE_WINS)
    benchmark = benchmark_of(evaluation)
    run(request(benchmark, "Tuned"), ContentJudge("tuned"))
    run(request(benchmark, BASELINE, baseline="Tuned", judge="stumbler"), ContentJudge("rolegpt"))
    found = {(each.raters, each.criterion): (each.alpha, each.same.percent) for each in _agreements(evaluation)}
    assert found == {
        ("evaluators", "style"): (None, "100.0%"),
        ("evaluators", "knowledge"): (None, "100.0%"),
        ("evaluators", "together"): (None, "100.0%"),
        ("people and firster", "together"): (None, "100.0%"),
        ("people and stumbler", "together"): (pytest.approx(-0.8), "0.0%"),
    }


def _agreements(evaluation: Evaluation) -> Sequence[Agreement]:
    return read_answer_results(evaluation).agreements


def test_the_page_hides_results_until_asked_and_the_table_until_closing(client: Client) -> None:
    evaluation = make_open_evaluation(roles=("Brutus", "Coriolanus"))
    judged = judge_all(evaluation, STYLE_WINS)
    evaluation.evaluators.filter(pk=judged[0].evaluator_id).update(flag="Too fast")
    benchmark = benchmark_of(evaluation)
    closed = f"/benchmarks/{benchmark.token}/evaluations/closed/"
    assert "100.0" not in client.get(evaluation.address).text
    page = client.get(f"{evaluation.address}results/").text
    for words in (
        "Win rates by people: Evaluation 1",
        "Brutus",
        "Knowledge",
        "100.0",
        "of flagged evaluators are included",
    ):
        assert words in page
    assert ">5</td>" in client.get(f"{evaluation.address}results/?without=flagged").text
    assert "Its results appear here once it is closed." in client.get(closed).text
    assert "people" not in [row[7] for row in rolebench_table(benchmark, "instruction").rows if row[0] == "Tuned"]
    close_evaluation(evaluation)
    assert "Win rates by people: Evaluation 1" in client.get(closed).text
    table = client.get(f"{evaluation.address}results/people-1-comparisons.csv").text
    assert f"Tuned over {BASELINE},all,Style,100.0" in table
    assert "\\begin" in client.get(f"{evaluation.address}results/people-1-roles.tex").text
    assert client.get(f"{evaluation.address}results/people-1-standings.csv").status_code == 404
    [row] = [row for row in rolebench_table(benchmark, "instruction").rows if row[0] == "Tuned" and "people" in row]
    judge_at = row.index("people")
    assert row[judge_at + 1 : judge_at + 3] == (BASELINE, 100.0)


def test_a_closed_evaluation_is_deleted_by_its_name_and_by_who_may(client: Client) -> None:
    evaluation = make_open_evaluation()
    judge_all(evaluation, STYLE_WINS)
    benchmark, typed = benchmark_of(evaluation), {"action": "delete-judged", "name": "Evaluation 1"}
    assert client.post(evaluation.address, typed).status_code == 403
    User.objects.update(is_superuser=True)
    assert "Close it first." in client.post(evaluation.address, typed, follow=True).text
    close_evaluation(evaluation)
    assert "1 evaluator and 5 judgements would be deleted" in client.get(evaluation.address).text
    refused = client.post(evaluation.address, typed | {"name": "Evaluation"}, follow=True)
    assert "so nothing was deleted" in refused.text
    assert (Evaluation.objects.count(), Judgement.objects.count()) == (1, 5)
    assert "has been deleted." in client.post(evaluation.address, typed, follow=True).text
    assert not any(table.objects.exists() for table in (Evaluation, Judgement, Pair, Evaluator, AnswerPlan))
    line = AuditLine.objects.latest("pk")
    assert (line.verb, line.about) == ("deleted", benchmark.name)
    assert line.words == "the evaluation “Evaluation 1” with 1 evaluator and 5 judgements"
    remove_benchmark(benchmark)


def test_every_judgement_is_exported_with_its_reasons_and_what_was_read(client: Client) -> None:
    evaluation = make_open_evaluation()
    judge_all(evaluation, STYLE_WINS)
    rows = list(csv.DictReader(StringIO("".join(export_answer_judgements(evaluation, "csv")))))
    assert len(rows) == 5
    assert {(row["answers"], row["over"], row["style"], row["together"]) for row in rows} == {
        ("Tuned", BASELINE, "win", "win")
    }
    assert {row["shown_first"] for row in rows} == {"Tuned", BASELINE}
    assert (rows[0]["style_reason"], rows[0]["knowledge"], rows[0]["participant"]) == ("style!", "tie", "e-001")
    sent = client.get(f"{evaluation.address}data/judgements.jsonl")
    lines = [json.loads(line) for line in b"".join(sent.streaming_content).decode().splitlines()]  # type: ignore[attr-defined]
    kinds = [line["record"] for line in lines]
    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
        "evaluation": 1,
        "pair": 5,
        "list": 1,
        "evaluator": 1,
        "judgement": 5,
    }
    assert lines[0]["plan"]["baseline"] == BASELINE
    pair = next(line for line in lines if line["record"] == "pair")
    assert (pair["one"]["name"], pair["other"]["name"], pair["description"][:8]) == ("Tuned", BASELINE, "You are ")
    assert lines[-1]["outcomes"] == {"style": "win", "knowledge": "tie", "together": "win"}
    assert client.get(f"{evaluation.address}data/other.csv").status_code == 404


def test_the_command_exports_a_benchmarks_judgements(capsys: pytest.CaptureFixture[str]) -> None:
    evaluation = make_open_evaluation()
    judge_all(evaluation, STYLE_WINS)
    call_command("export_judgements", "--benchmark", "RoleBench")
    assert len(capsys.readouterr().out.splitlines()) == 6
    for given, said in (((), "Name a study"), (("demo", "--benchmark", "RoleBench"), "leave out the study")):
        with pytest.raises(CommandError, match=said):
            call_command("export_judgements", *given)
    with pytest.raises(CommandError, match="There is no benchmark 'other'"):
        call_command("export_judgements", "--benchmark", "other")


def test_no_model_judge_of_dialogues_reads_answers() -> None:
    with pytest.raises(RequestError, match="These are pairs of answers"):
        request_judge_run(make_open_evaluation(), "tiny")
