"""Two people press the same button at the same moment."""

from pathlib import Path

import pytest

from characters.benchmarks.loading import load_path
from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Answer, Benchmark
from tests.characters.benchmarks.answers import make_benchmark, request
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_requests_become_one_set_with_each_answer_once() -> None:
    benchmark = make_benchmark()
    found = at_once(lambda _: request(benchmark).pk, range(3))
    assert len(set(found)) == 1
    assert Answer.objects.filter(answer_set__model="actor").count() == 4


def test_one_of_two_benchmarks_with_a_name_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"role": "Coriolanus", "question": "Who?", "generated": ["Me."]}\n')

    def load(_: int) -> str:
        try:
            return load_path(path, "mine").name
        except BenchmarkRefused as refused:
            return str(refused)

    assert sorted(at_once(load, range(2))) == ["There is already a benchmark 'mine'. Choose another name.", "mine"]
    assert Benchmark.objects.get().rows.count() == 1
