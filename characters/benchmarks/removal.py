"""Delete a benchmark, or one set of answers to it, with everything that hangs on it."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import ProtectedError, Q

from characters.benchmarks.answer_requests import ANSWERS
from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Answer, AnswerSet, Benchmark, Judging, Ranking, Tuning
from characters.quantities import counted
from characters.signals import answers_leaving
from jobs.models import Job

_NOUNS = {
    "Benchmark": "benchmark",
    "BenchmarkRow": "row",
    "AnswerSet": "answer set",
    "Answer": "answer",
    "Judging": "judging",
    "Ranking": "ranking",
}
"""What is counted, by the name of its model, in the order in which it is named."""
_UNFINISHED = (Job.State.RUNNING, Job.State.PAUSED)


@transaction.atomic
def remove_benchmark(benchmark: Benchmark) -> str:
    """Delete the benchmark with its rows, answers and judgements by models. Return in words what is gone.

    Raises BenchmarkRefused while a model works on it, learns from it, or people judge answers to it.
    """
    for answer_set in benchmark.answer_sets.order_by("pk"):
        _refuse_running(answer_set)
    for judging in benchmark.judgings.filter(state=Job.State.RUNNING):
        raise BenchmarkRefused(f"{judging.model} is judging answers to {benchmark.name}. Pause it first.")
    _refuse_tuned(benchmark)
    try:
        return in_words(benchmark.delete()[1])
    except ProtectedError as error:
        raise BenchmarkRefused(
            f"People judge answers to {benchmark.name}, so it stays with their judgements. Close and delete its evaluations"
            " first."
        ) from error


@transaction.atomic
def remove_answers(answer_set: AnswerSet) -> str:
    """Delete the answers with their scores and the judgements by models about them. Return in words what is gone.

    Raises BenchmarkRefused while a model works on them, or people judge them.
    """
    _refuse_running(answer_set)
    uses = Q(answer_sets=answer_set) | Q(baseline=answer_set)
    for judging in Judging.objects.filter(uses, state=Job.State.RUNNING):
        raise BenchmarkRefused(f"{judging.model} is judging {answer_set.name}. Pause it first.")
    answers_leaving.send(AnswerSet, answer_set=answer_set)
    return in_words(answer_set.delete()[1])


def count_benchmark(benchmark: Benchmark) -> str:
    """Return in words what would be deleted with the benchmark."""
    return in_words(
        {
            "BenchmarkRow": benchmark.rows.count(),
            "AnswerSet": benchmark.answer_sets.count(),
            "Answer": Answer.objects.filter(answer_set__benchmark=benchmark).count(),
            "Judging": benchmark.judgings.count(),
            "Ranking": Ranking.objects.filter(judging__benchmark=benchmark).count(),
        }
    )


def count_answers(answer_set: AnswerSet) -> str:
    """Return in words what would be deleted with the answer set."""
    judgings = Judging.objects.filter(baseline=answer_set)
    rankings = Ranking.objects.filter(Q(first=answer_set) | Q(second=answer_set))
    return in_words({"Answer": answer_set.answers.count(), "Judging": judgings.count(), "Ranking": rankings.count()})


def in_words(counts: dict[str, int]) -> str:
    """Return how many rows of which model there are: "1 answer set, 4 answers"."""
    return ", ".join(_in_words({name.removeprefix("characters."): count for name, count in counts.items() if count}))


def _in_words(counts: dict[str, int]) -> Iterator[str]:
    return (counted(counts[name], noun) for name, noun in _NOUNS.items() if name in counts)


def _refuse_running(answer_set: AnswerSet) -> None:
    if ANSWERS.lock(answer_set).is_running:
        raise BenchmarkRefused(f"{answer_set.name} is still being answered. Pause it first.")


def _refuse_tuned(benchmark: Benchmark) -> None:
    for tuning in Tuning.objects.filter(state__in=_UNFINISHED):
        if benchmark.name in tuning.configuration["sources"]["benchmarks"]:
            raise BenchmarkRefused(
                f"The tuning {tuning.name} learns from {benchmark.name} and is not finished. Wait until it is, or cancel it."
            )
