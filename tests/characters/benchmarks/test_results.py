"""Scores of stored answers."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from characters.benchmarks.loading import load_path
from characters.benchmarks.results import read_results
from characters.models import Answer, Benchmark
from tests.rolellm.references import DATA, expected

pytestmark = pytest.mark.django_db


def score(*options: str) -> str:
    out = StringIO()
    call_command("rolebench", "score", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def chinese() -> Benchmark:
    return load_path(DATA / "rolebench-zh", "chinese")


def test_stored_published_answers_have_the_scores_of_the_files(chinese: Benchmark) -> None:
    found = json.loads(score("--benchmark", "chinese", "--json"))
    [answers] = found["splits"]["instruction"]["answer_sets"]
    assert answers["name"] == "RoleGPT (published)"
    assert answers["SPE"]["as_published"] == pytest.approx(0.247786, abs=1e-6)
    assert answers["SPE"]["rouge_score_f_first"] == pytest.approx(0.23524, abs=1e-6)
    numbers = expected()["sample"]["chinese, CUS"]
    assert answers["CUS"]["as_published"] == pytest.approx(numbers["rouge_characters"]["recall"]["max"], abs=1e-6)
    assert "jieba" in found["definitions"]["rouge_score_f_first"]


def test_a_measure_without_anything_to_compare_is_none_and_not_a_number(chinese: Benchmark) -> None:
    found = json.loads(score("--benchmark", "chinese", "--json"))
    [answers] = found["splits"]["instruction"]["answer_sets"]
    assert answers["RAW"] is None
    assert answers["average_as_published"] is None
    line = next(line for line in score("--benchmark", "chinese").splitlines() if " RAW " in line)
    assert "–" in line
    assert not any(figure.isdigit() for figure in line.split("RAW")[1])


def test_rows_without_an_answer_are_counted_and_the_rest_is_scored(chinese: Benchmark) -> None:
    Answer.objects.filter(row__part="role_specific", row__role="李白").delete()
    [result] = read_results(chinese, "instruction")
    measure = result.measures["SPE"]
    assert measure.total is not None
    assert (measure.rows, measure.total.rows, measure.missing) == (239, 189, 50)
    assert "李白" not in dict(measure.by_role)


def test_leaked_questions_are_left_out_of_a_second_score(chinese: Benchmark) -> None:
    answers = Answer.objects.filter(row__part="role_specific").order_by("row__position")
    for answer in answers[:39]:
        answer.row.is_leaked = True
        answer.row.save()
    [result] = read_results(chinese, "instruction")
    measure = result.measures["SPE"]
    assert measure.without_leaked is not None
    assert measure.total is not None
    leaked = chinese.rows.filter(part="role_specific", is_leaked=True).count()
    assert (measure.leaked, measure.without_leaked.rows) == (leaked, 239 - leaked)
    assert measure.without_leaked.as_published != measure.total.as_published


def test_the_papers_rows_of_the_same_split_stand_beside_them(chinese: Benchmark) -> None:
    said = score("--benchmark", "chinese")
    assert "table 4" in said
    assert "RoleGLM" in said
    assert "RoleLLaMA" not in said


def test_without_answers_it_says_that_there_are_no_scores(chinese: Benchmark) -> None:
    chinese.answer_sets.all().delete()
    assert "there are no scores" in score("--benchmark", "chinese")


def test_files_and_a_benchmark_exclude_each_other() -> None:
    with pytest.raises(CommandError, match="There is no benchmark 'nothing'"):
        score("--benchmark", "nothing")
    with pytest.raises(CommandError, match="Omit it, or omit the files"):
        score("--benchmark", "nothing", "--references", "test.jsonl")
    with pytest.raises(CommandError, match="Name two files"):
        score("--json")
