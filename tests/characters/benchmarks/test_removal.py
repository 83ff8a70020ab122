"""``manage.py rolebench remove``."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from characters.benchmarks.answer_requests import ANSWERS
from characters.models import Answer, AnswerSet, Benchmark, BenchmarkRow
from tests.characters.benchmarks.answers import make_benchmark, request, work_off

pytestmark = pytest.mark.django_db


def remove(*options: str) -> str:
    out = StringIO()
    call_command("rolebench", "remove", "roles", *options, stdout=out)
    return out.getvalue()


def test_answers_are_deleted_alone() -> None:
    work_off(request(make_benchmark()))
    assert remove("--answers", "actor, dialogue") == "actor, dialogue has been deleted: 1 answer set, 4 answers.\n"
    assert (AnswerSet.objects.count(), Answer.objects.count(), BenchmarkRow.objects.count()) == (1, 30, 120)


def test_a_benchmark_is_deleted_with_everything() -> None:
    work_off(request(make_benchmark()))
    assert "1 benchmark, 120 rows, " in remove()
    assert not Benchmark.objects.exists()
    assert not Answer.objects.exists()


def test_nothing_is_deleted_while_a_model_answers() -> None:
    answer_set = request(make_benchmark())
    ANSWERS.start(answer_set)
    for options in ((), ("--answers", answer_set.name)):
        with pytest.raises(CommandError, match="Pause it first"):
            remove(*options)
    ANSWERS.pause(answer_set)
    remove()
    assert not Benchmark.objects.exists()
