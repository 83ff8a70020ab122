"""Rows in one batch: each must get the scores that it would get alone, whichever rows join, stay or leave."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from benchmarks.random_llama import random_weights, transformers_model
from dialogue.backends.base import Sampling
from dialogue.backends.transformers import batch as batch_module
from dialogue.backends.transformers import room
from dialogue.backends.transformers.batch import Batch, History
from dialogue.backends.transformers.sampling import Dice, draw
from tests.dialogue.backends.random_folders import WORDS

SHORT, MIDDLE, LONG = ([(seed * 31 + place * 7) % 400 for place in range(seed)] for seed in (3, 20, 90))


@pytest.fixture(scope="module")
def model() -> Any:
    return transformers_model(WORDS, random_weights(WORDS))


def alone(model: Any, ids: list[int]) -> Tensor:
    with torch.inference_mode():
        scores: Tensor = model(torch.tensor([ids])).logits[0, -1]
    return scores


def assert_scores(model: Any, logits: Tensor, histories: list[list[int]]) -> None:
    for row, ids in zip(logits, histories, strict=True):
        assert_close(row, alone(model, ids), atol=1e-3, rtol=1e-3)


def test_prompts_of_any_lengths_are_read_together(model: Any) -> None:
    with torch.inference_mode():
        logits = Batch(model).read([SHORT, LONG, MIDDLE], [None] * 3)
    assert_scores(model, logits, [SHORT, LONG, MIDDLE])


def test_a_long_prompt_is_read_in_pieces(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "PREFILL_COLUMNS", 16)
    with torch.inference_mode():
        logits = Batch(model).read([SHORT, LONG], [None] * 2)
    assert_scores(model, logits, [SHORT, LONG])


def test_rows_advance_join_and_leave_without_touching_one_another(model: Any) -> None:
    with torch.inference_mode():
        batch = Batch(model)
        batch.read([MIDDLE, SHORT], [None] * 2)
        assert_scores(model, batch.advance([1, 2]), [[*MIDDLE, 1], [*SHORT, 2]])
        other = Batch(model)
        other.read([LONG], [None])
        batch.join(other)
        assert_scores(model, batch.advance([3, 4, 5]), [[*MIDDLE, 1, 3], [*SHORT, 2, 4], [*LONG, 5]])
        batch.keep([1])
        assert batch.columns == len(SHORT) + 2
        assert_scores(model, batch.advance([6]), [[*SHORT, 2, 4, 6]])


@pytest.mark.parametrize(("longer", "changed"), [(30, 20), (1, 20), (30, 2), (0, 20)])
def test_what_is_remembered_gives_the_same_scores(model: Any, longer: int, changed: int) -> None:
    """Test prompts that only grow, repeat, or differ early."""
    with torch.inference_mode():
        first = Batch(model)
        first.read([MIDDLE, LONG], [None] * 2)
        pasts: list[History | None] = [first.history(0, MIDDLE), first.history(1, LONG), None]
        prompts = [[*MIDDLE[:changed], *SHORT * longer] or MIDDLE, [*LONG, 9], [*SHORT, 8]]
        batch = Batch(model)
        logits = batch.read(prompts, pasts)
        assert_scores(model, logits, prompts)
        assert_scores(
            model, batch.advance([1, 2, 3]), [[*ids, new] for ids, new in zip(prompts, (1, 2, 3), strict=True)]
        )


def test_only_what_is_new_is_read(model: Any) -> None:
    with torch.inference_mode():
        first = Batch(model)
        first.read([LONG], [None])
        past = first.history(0, [*LONG, 5])
    assert past.ids == LONG, "the newest token has not been taken in yet"
    assert past.shared([*LONG, 5, 6]) == len(LONG)
    assert past.shared(LONG) == len(LONG) - 1
    assert past.shared([*LONG[:10], 399, *LONG[11:]]) == 10


def distribution(sampling: Sampling, scores: list[float], said: list[int], draws: int = 40) -> list[float]:
    """Return how often each token is drawn by a hundred answers, each of which draws several."""
    logits = torch.tensor([scores] * ANSWERS)
    dice = [Dice.of(sampling.seeded(seed)) for seed in range(ANSWERS)]
    counts = [0] * len(scores)
    for _ in range(draws):
        for token in draw(logits, dice, [said] * ANSWERS):
            counts[token] += 1
    return [count / (draws * ANSWERS) for count in counts]


ANSWERS = 100
SCORES = torch.tensor([0.4, 0.1, 0.3, 0.2]).log().tolist()


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(), [0.4, 0.1, 0.3, 0.2]),
        (Sampling(temperature=0), [1, 0, 0, 0]),
        (Sampling(temperature=0.5), [16 / 30, 1 / 30, 9 / 30, 4 / 30]),
        (Sampling(top_k=2), [4 / 7, 0, 3 / 7, 0]),
        (Sampling(top_k=99), [0.4, 0.1, 0.3, 0.2]),
        (Sampling(top_p=0.5), [4 / 7, 0, 3 / 7, 0]),
        (Sampling(top_p=0.39), [1, 0, 0, 0]),
        (Sampling(top_k=3, top_p=0.7), [4 / 7, 0, 3 / 7, 0]),
        (Sampling(repeat_penalty=2), [0.16 / 0.76, 0.1 / 0.76, 0.3 / 0.76, 0.2 / 0.76]),
    ],
)
def test_tokens_are_drawn_as_the_settings_say(sampling: Sampling, expected: list[float]) -> None:
    assert distribution(sampling, SCORES, said=[0, 0]) == pytest.approx(expected, abs=0.03)


def test_a_positive_score_is_penalised_by_division() -> None:
    sampling = Sampling(repeat_penalty=4, temperature=0)
    assert distribution(sampling, [4.0, 1.5, -9.0], said=[0], draws=1) == [0, 1, 0]


def test_ties_let_no_more_tokens_in_than_allowed() -> None:
    assert sum(share > 0 for share in distribution(Sampling(top_k=2), [1.0] * 6, said=[], draws=2)) == 2


def test_a_row_draws_the_same_tokens_whatever_the_other_rows() -> None:
    logits = torch.randn(3, 50)
    settings = [Sampling(seed=1, top_k=5), Sampling(seed=2), Sampling(seed=3, temperature=0.5)]
    together = draw(logits, [Dice.of(sampling) for sampling in settings], [[]] * 3)
    apart = [draw(logits[row : row + 1], [Dice.of(settings[row])], [[]])[0] for row in range(3)]
    assert together == apart


def test_scores_that_are_not_numbers_are_an_error() -> None:
    with pytest.raises(RuntimeError, match="not numbers"):
        draw(torch.tensor([[0.0, float("nan")]]), [Dice.of(Sampling())], [[]])


def test_a_cache_grows_in_place_and_only_sometimes_moves(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SPARE_COLUMNS", 4)
    with torch.inference_mode():
        batch = Batch(model)
        batch.read([SHORT, MIDDLE], [None] * 2)
        places = []
        for token in range(9):
            batch.advance([token, token])
            places.append(batch._cache.layers[0].keys.data_ptr())
        logits = batch.advance([1, 2])
    assert_scores(model, logits, [[*SHORT, *range(9), 1], [*MIDDLE, *range(9), 2]])
    assert [places[0] == place for place in places] == [True] * 4 + [False] * 5
