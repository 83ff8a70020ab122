"""Tuning a small model: it learns roles, survives being stopped, and refuses what cannot work."""

import json
from pathlib import Path

import pytest
import torch

from dialogue.backends.base import ModelMisconfigured
from rolellm.tuning import memory
from rolellm.tuning.checkpoints import ForeignCheckpoint
from rolellm.tuning.recipe import InvalidRecipe
from rolellm.tuning.training import NotEnoughMemory, Point
from rolellm.tuning.tuning import Tuning, prepare
from tests.rolellm.tuning.bases import quick, spec_of, two_roles, write_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base") / "base")


def run(tuning: Tuning, steps: int | None = None) -> list[Point]:
    """Return the points of the next steps; after them the tuning ends as if its process had been killed."""
    points = []
    for point in tuning.training.run():
        points.append(point)
        if len(points) == steps:
            break
    return points


def losses(points: list[Point]) -> list[float]:
    return [point.loss for point in points]


def test_the_rate_rises_and_falls_and_the_loss_falls(base: Path, tmp_path: Path) -> None:
    tuning = prepare(spec_of(base), two_roles(), quick(epochs=10, warm_up=0.2), tmp_path / "t")
    points = run(tuning)
    assert [point.step for point in points] == list(range(1, 21))
    rates = [point.rate for point in points]
    assert rates[0] == 0
    assert max(rates) == rates[4] == pytest.approx(0.01)
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert sum(losses(points[-2:])) < 0.7 * sum(losses(points[:2]))


def test_a_stopped_tuning_goes_on_with_the_same_curve(base: Path, tmp_path: Path) -> None:
    whole = losses(run(prepare(spec_of(base), two_roles(), quick(), tmp_path / "whole")))
    run(prepare(spec_of(base), two_roles(), quick(), tmp_path / "stopped"), steps=5)
    resumed = prepare(spec_of(base), two_roles(), quick(), tmp_path / "stopped")
    assert resumed.training.step == 4  # the last checkpoint
    assert losses(run(resumed)) == pytest.approx(whole[4:], rel=1e-5)


def test_a_half_written_checkpoint_is_not_used(base: Path, tmp_path: Path) -> None:
    run(prepare(spec_of(base), two_roles(), quick(), tmp_path / "t"), steps=3)
    (tmp_path / "t" / "checkpoints" / "step-00000004.unfinished").write_bytes(b"half")
    assert prepare(spec_of(base), two_roles(), quick(), tmp_path / "t").training.step == 2


def test_a_checkpoint_of_other_data_or_settings_is_refused(base: Path, tmp_path: Path) -> None:
    run(prepare(spec_of(base), two_roles(), quick(), tmp_path / "t"), steps=2)
    for samples, recipe in ((two_roles()[1:], quick()), (two_roles(), quick(rate=0.02))):
        with pytest.raises(ForeignCheckpoint, match="another base model, other data or other settings"):
            prepare(spec_of(base), samples, recipe, tmp_path / "t")


def test_fewer_samples_at_once_give_the_same_curve(base: Path, tmp_path: Path) -> None:
    """Without dropout, whose random numbers depend on the shape of a batch."""
    curves = [
        losses(run(prepare(spec_of(base), two_roles(), quick(dropout=0, **sizes), tmp_path / str(number))))
        for number, sizes in enumerate(({"batch": 4, "accumulation": 1}, {"batch": 1, "accumulation": 4}))
    ]
    assert curves[0] == pytest.approx(curves[1], rel=1e-4)


class Narrow:
    """A model that runs out of memory with more than ``rows`` samples at once."""

    def __init__(self, model, rows: int) -> None:
        self.model, self.rows = model, rows

    def __call__(self, **inputs):
        if len(inputs["input_ids"]) > self.rows:
            raise torch.OutOfMemoryError("full")
        return self.model(**inputs)

    def __getattr__(self, name: str):
        return getattr(self.model, name)


def test_after_running_out_of_memory_half_as_many_samples_are_computed_at_once(base: Path, tmp_path: Path) -> None:
    recipe = quick(batch=4, accumulation=1, dropout=0, epochs=1)
    expected = losses(run(prepare(spec_of(base), two_roles(), recipe, tmp_path / "wide")))
    tuning = prepare(spec_of(base), two_roles(), recipe, tmp_path / "narrow")
    tuning.training._model = Narrow(tuning.training._model, 1)
    points = run(tuning)
    assert [point.batch for point in points] == [1, 1]
    assert losses(points) == pytest.approx(expected, rel=1e-4)


def test_a_sample_that_does_not_fit_alone_ends_the_tuning_with_a_sentence(base: Path, tmp_path: Path) -> None:
    tuning = prepare(spec_of(base), two_roles(), quick(), tmp_path / "t")
    tuning.training._model = Narrow(tuning.training._model, 0)
    with pytest.raises(
        NotEnoughMemory, match="A single sample of up to 1024 tokens does not fit into the memory of cpu"
    ):
        run(tuning)


def test_too_little_free_memory_is_found_before_the_first_step(base, tmp_path, monkeypatch) -> None:
    def prepared(free: int) -> Tuning:
        monkeypatch.setattr("rolellm.tuning.tuning.free_bytes", lambda _model: free)
        monkeypatch.setattr(memory, "free_bytes", lambda _model: free)
        return prepare(spec_of(base), two_roles(), quick(batch=4), tmp_path / str(free))

    assert run(prepared(10**9), steps=1)[0].batch == 4
    with pytest.raises(NotEnoughMemory, match=r"needs about \d+\.\d GB beyond the weights, but only 0\.0 GB are free"):
        prepared(1000)


def test_the_adapter_says_what_it_was_tuned_with(base: Path, tmp_path: Path) -> None:
    tuning = prepare(spec_of(base), two_roles(), quick(markup="rolellm", epochs=1), tmp_path / "t")
    run(tuning)
    tuning.finish()
    stored = json.loads((tuning.adapter / "tuning.json").read_text("utf-8"))
    assert (stored["base"], stored["template"]) == (str(base), "rolellm")
    assert stored["tuning"]["roles"] == ["Ann", "Bob"]
    assert stored["tuning"]["recipe"]["rank"] == 8
    config = json.loads((tuning.adapter / "adapter_config.json").read_text("utf-8"))
    assert (config["r"], config["lora_alpha"], config["lora_dropout"]) == (8, 32, 0.05)
    assert sorted(config["target_modules"]) == ["q_proj", "v_proj"]


def test_all_linear_matrices_can_be_tuned(base: Path, tmp_path: Path) -> None:
    few, all_linear = (
        prepare(spec_of(base), two_roles(), quick(modules=modules), tmp_path / modules).training._weights
        for modules in ("q and v", "all linear")
    )
    assert (len(few), len(all_linear)) == (2 * 2 * 2, 2 * 2 * 7)  # two matrices of a LoRA in two layers


def test_models_that_cannot_be_tuned_are_refused(base: Path, tmp_path: Path) -> None:
    llama_cpp = spec_of(base).model_copy(update={"backend": "llama_cpp"})
    with pytest.raises(ModelMisconfigured, match="cannot be tuned, because the backend 'llama_cpp' only runs it"):
        prepare(llama_cpp, two_roles(), quick(), tmp_path / "t")
    with pytest.raises(InvalidRecipe, match="the context of 'base' has 256"):
        prepare(spec_of(base, context=256), two_roles(), quick(), tmp_path / "t")
    with pytest.raises(ModelMisconfigured, match="has no files at"):
        prepare(spec_of(tmp_path / "none"), two_roles(), quick(), tmp_path / "t")


def test_a_tuning_that_should_stop_ends_with_a_checkpoint_of_its_last_step(base: Path, tmp_path: Path) -> None:
    whole = losses(run(prepare(spec_of(base), two_roles(), quick(), tmp_path / "whole")))
    asked = iter([False] * 5 + [True])  # two batches a step: it stops within the third
    stopped = prepare(spec_of(base), two_roles(), quick(), tmp_path / "t", lambda: next(asked))
    assert losses(run(stopped)) == whole[:2]
    resumed = prepare(spec_of(base), two_roles(), quick(), tmp_path / "t")
    assert losses(resumed.training.points) == whole[:2]
    assert losses(run(resumed)) == pytest.approx(whole[2:], rel=1e-5)
    assert resumed.training.is_complete
