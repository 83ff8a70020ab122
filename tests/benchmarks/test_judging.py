"""The judging benchmark at a small size: it runs, and it notices lost answers."""

import pytest

from benchmarks.judging.rows import Lost, check_stored
from benchmarks.judging.site import WORDS, texts
from tests.benchmarks.quick import measure
from tests.evaluation.factories import make_evaluator, make_judgement, presentations_of


def test_it_runs_in_small() -> None:
    found = measure("judging")
    assert (found["evaluators"], found["pairs"]) == (3, 2)
    assert 0 < found["page_median"] <= found["page_worst"]
    assert 0 < found["submit_median"] <= found["submit_worst"]
    assert found["page_bytes"] > 48 * WORDS


@pytest.mark.django_db
def test_an_answer_that_was_not_stored_once_is_noticed() -> None:
    evaluator = make_evaluator()
    judgement = make_judgement(presentations_of(evaluator)[0])
    with pytest.raises(Lost):
        check_stored(evaluator.evaluation, 1)
    submission = {"is_submitted": True, "made_at": judgement.shown_at}
    judgement.revisions.create(number=1, **submission)
    check_stored(evaluator.evaluation, 1)
    judgement.revisions.create(number=2, **submission)
    with pytest.raises(Lost):
        check_stored(evaluator.evaluation, 1)
    with pytest.raises(Lost):
        check_stored(evaluator.evaluation, 2)


def test_no_text_comes_twice() -> None:
    written = texts(73)
    assert len({next(written) for _ in range(500)}) == 500
