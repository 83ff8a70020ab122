"""What is judged: which rows, which pairs, in both orders, and what is refused in one sentence."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from characters.benchmarks.refusals import BenchmarkRefused
from characters.judging.requests import JudgingRequest, request_judging
from characters.models import Answer, AnswerSet, Character, Judging, Ranking
from tests.characters.judging.factories import BASELINE, MODELS_FILE, make_answers, make_benchmark, request, run

pytestmark = pytest.mark.django_db


def test_each_row_is_asked_about_in_both_orders_and_training_rows_never() -> None:
    benchmark = make_benchmark(general=2, specific=3)
    baseline, tuned = make_answers(benchmark), make_answers(benchmark, "Tuned", "fine")
    judging = request(benchmark, "Tuned")
    orders = Counter(judging.rankings.values_list("first", "second"))
    assert orders == {(baseline.pk, tuned.pk): 5, (tuned.pk, baseline.pk): 5}
    assert set(judging.rankings.values_list("row__use", flat=True)) == {"test"}
    assert (judging.state, judging.baseline, judging.model) == (Judging.State.PAUSED, baseline, "firster")


def test_without_a_baseline_all_sets_meet_each_other() -> None:
    benchmark = make_benchmark(general=1, specific=0)
    for name in ("a", "b", "c"):
        make_answers(benchmark, name)
    judging = request(benchmark, "a", "b", "c", baseline="")
    met = {(each.first.name, each.second.name) for each in judging.rankings.all()}
    assert met == {("a", "b"), ("b", "a"), ("a", "c"), ("c", "a"), ("b", "c"), ("c", "b")}


def test_of_each_role_and_kind_so_many_rows_are_drawn_the_same_for_every_comparison() -> None:
    benchmark = make_benchmark(("Coriolanus", "Brutus"), general=9, specific=9)
    for name in (BASELINE, "a", "b"):
        make_answers(benchmark, name)
    one, other = (request(benchmark, name, general=4, specific=2) for name in ("a", "b"))
    assert Counter(one.rankings.values_list("row__role", "row__part")) == {
        ("Coriolanus", "general"): 8,
        ("Coriolanus", "role_specific"): 4,
        ("Brutus", "general"): 8,
        ("Brutus", "role_specific"): 4,
    }
    assert _rows(one) == _rows(other)
    assert _rows(one) != _rows(request(benchmark, "a", general=4, specific=2, seed=74))
    assert set(request(benchmark, "a", general=0).rankings.values_list("row__part", flat=True)) == {"role_specific"}


def test_only_rows_that_all_sets_answer_are_drawn() -> None:
    benchmark = make_benchmark(general=10, specific=0)
    make_answers(benchmark)
    partly = make_answers(benchmark, "Partly", rows=4)
    late = Answer.objects.filter(answer_set=partly)[0]
    Answer.objects.filter(pk=late.pk).update(finished_at=None)
    judging = request(benchmark, "Partly")
    assert _rows(judging) == set(partly.answers.exclude(pk=late.pk).values_list("row", flat=True))


def test_asking_again_adds_only_what_is_missing() -> None:
    benchmark = make_benchmark(general=6, specific=0)
    make_answers(benchmark)
    partly = make_answers(benchmark, "Partly", rows=2)
    judging = run(request(benchmark, "Partly", general=4))
    before = _rows(judging)
    assert request(benchmark, "Partly", general=4) == judging
    assert _rows(judging) == before
    for row in benchmark.rows.filter(use="test", answers__isnull=False).distinct()[2:6]:
        Answer.objects.create(answer_set=partly, row=row, text="late", finished_at=judging.created_at)
    again = request(benchmark, "Partly", general=4)
    assert (again, again.state, len(_rows(again))) == (judging, Judging.State.PAUSED, 4)
    assert before < _rows(again)


def test_another_judge_other_rows_or_another_description_is_another_judging(tmp_path: Path) -> None:
    benchmark = make_benchmark()
    make_answers(benchmark)
    make_answers(benchmark, "Tuned")
    first = request(benchmark, "Tuned")
    assert request(benchmark, "Tuned") == first
    assert request(benchmark, "Tuned", judge="stumbler") != first
    assert request(benchmark, "Tuned", specific=1) != first
    Character.objects.update(description="You are somebody else.")
    assert request(benchmark, "Tuned") != first
    described = 'You are Coriolanus. Your catchphrase is: "You common cry of curs!"'
    assert first.configuration["descriptions"] == {"Coriolanus": described}


def test_roles_without_a_description_are_refused_or_left_out() -> None:
    benchmark = make_benchmark(("Coriolanus", "Brutus"))
    make_answers(benchmark)
    make_answers(benchmark, "Tuned")
    Character.objects.filter(name="Brutus").update(description="")
    with pytest.raises(BenchmarkRefused, match="These have none: Brutus"):
        request(benchmark, "Tuned")
    judging = request(benchmark, "Tuned", skips_unknown=True)
    assert set(judging.rankings.values_list("row__role", flat=True)) == {"Coriolanus"}


def test_answers_are_found_by_the_beginning_of_their_name() -> None:
    benchmark = make_benchmark()
    baseline = make_answers(benchmark)
    make_answers(benchmark, "tuned, dialogue")
    make_answers(benchmark, "tuned, zero-shot")
    assert request(benchmark, "tuned, d", baseline="rolegpt").baseline == baseline
    with pytest.raises(
        BenchmarkRefused, match=r"no answers named 'tuned'. Choose from: 'tuned, dialogue', 'tuned, zero"
    ):
        request(benchmark, "tuned")


@pytest.mark.parametrize(
    ("sets", "fields", "sentence"),
    [
        (["Nobody"], {}, "Benchmark 'RoleBench' has no answers named 'Nobody'. Choose from: 'RoleGPT (published)', 'Tuned'."),
        (["Tuned"], {"judge": "nobody"}, "There is no model 'nobody'"),
        (["Tuned", "Tuned"], {}, "'Tuned' is named twice"),
        ([BASELINE], {}, "cannot be compared with itself"),
        ([], {}, "Choose at least two answer sets, or one and a baseline."),
        (["Tuned"], {"baseline": ""}, "Choose at least two answer sets, or one and a baseline."),
        (["Tuned"], {"general": 0, "specific": 0}, "Choose 0 to 1000 questions of each kind and role"),
        (["Tuned"], {"general": -1}, "Choose 0 to 1000 questions of each kind and role"),
        (["Tuned"], {"split": "role"}, "Choose a split of benchmark 'RoleBench': instruction."),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_and_nothing_is_stored(
    sets: list[str], fields: dict[str, Any], sentence: str
) -> None:
    benchmark = make_benchmark()
    make_answers(benchmark)
    make_answers(benchmark, "Tuned")
    with pytest.raises(BenchmarkRefused) as caught:
        request(benchmark, *sets, **fields)
    assert str(caught.value).startswith(sentence) or sentence in str(caught.value)
    assert not Judging.objects.exists()


def test_answers_without_a_common_row_cannot_be_judged() -> None:
    benchmark = make_benchmark()
    make_answers(benchmark)
    AnswerSet.objects.create(benchmark=benchmark, name="Empty")
    with pytest.raises(BenchmarkRefused, match=r"No test row is answered by all of: Empty, RoleGPT \(published\)."):
        request(benchmark, "Empty")
    assert not Judging.objects.exists()


def test_a_guard_cannot_rank() -> None:
    benchmark = make_benchmark()
    make_answers(benchmark)
    make_answers(benchmark, "Tuned")
    with pytest.raises(BenchmarkRefused, match="Model 'strict' is a guard and cannot rank answers"):
        request_judging(
            benchmark, JudgingRequest("strict", ("Tuned",), BASELINE), MODELS_FILE.with_name("guard_models.toml")
        )


def _rows(judging: Judging) -> set[int]:
    return set(Ranking.objects.filter(judging=judging).values_list("row", flat=True))
