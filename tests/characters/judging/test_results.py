"""Win rates and standings of judges whose preferences are known."""

import pytest

from characters.judging.results import read_coverage, read_result
from characters.models import Answer, Character
from dialogue.backends.scripted import ScriptedModel
from tests.characters.judging.factories import BASELINE, ContentJudge, make_answers, make_benchmark, request, run

pytestmark = pytest.mark.django_db


def test_a_judge_who_always_prefers_the_first_gives_half_a_win_and_only_ties() -> None:
    benchmark = make_benchmark(general=10, specific=10)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned", "fine")
    result = read_result(run(request(benchmark, "Tuned")))
    [found] = result.comparisons
    assert (found.wins, found.ties, found.losses, found.flipped, found.undecided) == (0, 20, 0, 20, 0)
    assert found.rate is not None
    assert (found.rate.mean, found.rate.method) == (0.5, "Wilson")
    assert (result.first_preferred.share, result.unreadable.share) == (1.0, 0.0)
    assert (result.done, result.total, result.is_under_way) == (40, 40, False)


def test_a_judge_who_reads_finds_the_better_answers_by_kind_and_role() -> None:
    benchmark = make_benchmark(("Coriolanus", "Brutus"), general=2, specific=3)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned", "fine")
    poor = Answer.objects.filter(answer_set__name="Tuned", row__role="Brutus", row__part="general")
    poor.update(text="poor")
    result = read_result(run(request(benchmark, "Tuned"), ContentJudge("fine", "so-so", "poor")))
    [found] = result.comparisons
    assert (found.wins, found.ties, found.losses) == (8, 0, 2)
    assert found.rate is not None
    assert (found.rate.mean, found.rate.rows, found.rate.questions) == (0.8, 10, 8)
    assert result.first_preferred.share == 0.5
    assert [(part, each[0].wins, each[0].losses) for part, each in result.by_part.items()] == [
        ("general", 2, 2),
        ("role_specific", 6, 0),
    ]
    assert {role: each[0].losses for role, each in result.by_role.items()} == {"Brutus": 2, "Coriolanus": 0}
    assert result.standings == {}


def test_sets_that_meet_each_other_have_a_share_of_first_ranks_and_a_mean_rank() -> None:
    benchmark = make_benchmark(general=5, specific=5)
    for name, text in (("zero-shot", "dull"), ("few-shot", "fine"), ("dialogue", "fine")):
        make_answers(benchmark, name, text)
    judging = request(benchmark, "zero-shot", "few-shot", "dialogue", baseline="")
    result = read_result(run(judging, ContentJudge("fine", "dull")))
    found = {each.name: (standing.first.mean, standing.mean_rank.mean) for each, standing in result.standings.items()}
    assert found == {"zero-shot": (0.0, 3.0), "few-shot": (0.5, 1.5), "dialogue": (0.5, 1.5)}
    assert result.unranked == 0


def test_rows_without_a_verdict_are_counted_and_in_no_rate() -> None:
    benchmark = make_benchmark(general=3, specific=0)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned")
    result = read_result(run(request(benchmark, "Tuned"), ScriptedModel(["Hm."] * 4)))
    [found] = result.comparisons
    assert (found.undecided, found.rows, found.rate) == (3, 3, None)
    assert (result.unreadable.count, result.unreadable.total) == (6, 6)
    assert result.first_preferred.share is None


def test_a_row_counts_when_both_orders_are_judged() -> None:
    benchmark = make_benchmark(general=2, specific=0)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned")
    judging = request(benchmark, "Tuned")
    told = list[int]()
    run(judging, concurrency=1, on_item=lambda: told.append(1), should_stop=lambda: len(told) >= 3)
    result = read_result(judging)
    assert (result.done, result.left, result.comparisons[0].rows) == (3, 1, 1)


def test_what_a_judging_leaves_out_is_counted() -> None:
    benchmark = make_benchmark(("Coriolanus", "Brutus", "Menenius"), general=4, specific=1)
    make_answers(benchmark)
    make_answers(benchmark, "Partly", rows=6)  # all of Coriolanus, one general of Brutus
    Character.objects.filter(name="Menenius").update(description="")
    Character.objects.filter(name="Coriolanus").update(audit=Character.Audit.ACCEPTED)
    coverage = read_coverage(request(benchmark, "Partly", general=2, specific=5, skips_unknown=True))
    assert (coverage.rows, coverage.wanted, coverage.missing) == (4, 6, 2)
    assert coverage.unanswered == {"Partly": 4, BASELINE: 0}
    assert coverage.without_description == ["Menenius"]
    assert coverage.not_audited == ["Brutus"]
