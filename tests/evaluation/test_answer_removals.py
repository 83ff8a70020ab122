"""What people judge is not deleted with a benchmark or with its answers."""

import pytest

from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.removal import remove_answers, remove_benchmark
from characters.models import AnswerSet, Benchmark
from evaluation.models import AnswerPlan, Evaluation
from tests.characters.judging.factories import BASELINE, make_answers, make_benchmark

pytestmark = pytest.mark.django_db


@pytest.fixture
def benchmark() -> Benchmark:
    """Return a benchmark with an evaluation of the answers "Tuned" over the baseline, and with answers "Other"."""
    benchmark = make_benchmark(general=1, specific=1)
    evaluation = Evaluation.objects.create(benchmark=benchmark, number=1, title="Rome")
    plan = AnswerPlan.objects.create(evaluation=evaluation, baseline=make_answers(benchmark))
    plan.answer_sets.set([make_answers(benchmark, "Tuned")])
    make_answers(benchmark, "Other")
    return benchmark


@pytest.mark.parametrize("name", ["Tuned", BASELINE])
def test_answers_in_an_evaluation_stay(benchmark: Benchmark, name: str) -> None:
    with pytest.raises(BenchmarkRefused, match="The planned evaluation “Rome” uses"):
        remove_answers(benchmark.answer_sets.get(name=name))
    Evaluation.objects.update(state="open")
    with pytest.raises(BenchmarkRefused, match="in the evaluation “Rome”, so it stays with their judgements"):
        remove_answers(benchmark.answer_sets.get(name=name))
    assert AnswerSet.objects.count() == 3
    remove_answers(benchmark.answer_sets.get(name="Other"))
    Evaluation.objects.all().delete()
    remove_answers(benchmark.answer_sets.get(name=name))
    assert AnswerSet.objects.count() == 1


def test_a_benchmark_with_an_evaluation_stays_whole(benchmark: Benchmark) -> None:
    with pytest.raises(BenchmarkRefused, match="People judge answers to RoleBench, so it stays"):
        remove_benchmark(benchmark)
    assert (benchmark.rows.count(), benchmark.answer_sets.count()) == (4, 3)
    Evaluation.objects.all().delete()
    remove_benchmark(benchmark)
    assert not Benchmark.objects.exists()
