"""What people judged in closed evaluations, for the table of all results of a benchmark."""

from typing import Any

from characters.judging.findings import Findings
from characters.judging.results import Comparison
from characters.models import AnswerSet, Benchmark
from evaluation.benchmarks.ratings import TOGETHER, read_ratings
from evaluation.benchmarks.results import compare, rank_sets
from evaluation.models import Evaluation

NOTE = "With people, an answer wins if an evaluator prefers it by more of the two criteria; rows are judgements."


def find_what_people_judged(benchmark: Benchmark, split: str, **_: Any) -> list[Findings]:
    """Return the findings of each closed evaluation on the split. Those of open ones stay hidden, which keeps them blind."""
    closed = benchmark.evaluations.filter(state=Evaluation.State.CLOSED, answer_plan__split=split)
    evaluations = list(closed.select_related("answer_plan").order_by("number"))
    sets = {each.token: each for each in benchmark.answer_sets.all()}
    found = (_findings(each, sets, "people" if len(evaluations) == 1 else f"people ({each})") for each in evaluations)
    return [each for each in found if each.comparisons or each.standings]


def _findings(evaluation: Evaluation, sets: dict[str, AnswerSet], judge: str) -> Findings:
    """Return the findings about sets that still exist."""
    ratings = read_ratings(evaluation)
    comparisons = [
        Comparison(sets[each.one.token], sets[each.other.token], each.wins, each.ties, each.losses, 0, 0, each.rate)
        for each in compare(ratings, TOGETHER)
        if each.one.token in sets and each.other.token in sets
    ]
    ranked = {sets[each.token]: found for each, found in rank_sets(ratings, TOGETHER)[0].items() if each.token in sets}
    return Findings(judge, evaluation.answer_plan.baseline_id is not None, comparisons, ranked, NOTE)
