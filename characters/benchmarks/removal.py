"""Delete a benchmark, or one set of answers to it, with everything that hangs on it."""

from django.db import transaction

from characters.benchmarks.answer_requests import ANSWERS
from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import AnswerSet, Benchmark


@transaction.atomic
def remove_benchmark(benchmark: Benchmark) -> dict[str, int]:
    """Delete the benchmark with its rows, answers and judgements. Return how many rows of which kind are gone.

    Raises BenchmarkRefused while a model works on it.
    """
    for answer_set in benchmark.answer_sets.order_by("pk"):
        _refuse_running(answer_set)
    for judging in benchmark.judgings.all():
        if judging.is_running:
            raise BenchmarkRefused(f"{judging.model} is judging answers to {benchmark.name}. Pause it first.")
    return _counted(benchmark.delete()[1])


@transaction.atomic
def remove_answers(answer_set: AnswerSet) -> dict[str, int]:
    """Delete the answers with their scores and the judgements about them. Return how many rows of which kind are gone.

    Raises BenchmarkRefused while a model works on them.
    """
    _refuse_running(answer_set)
    return _counted(answer_set.delete()[1])


def _refuse_running(answer_set: AnswerSet) -> None:
    if ANSWERS.lock(answer_set).is_running:
        raise BenchmarkRefused(f"{answer_set.name} is still being answered. Pause it first.")


def _counted(deleted: dict[str, int]) -> dict[str, int]:
    return {name.removeprefix("characters."): count for name, count in deleted.items() if count}
