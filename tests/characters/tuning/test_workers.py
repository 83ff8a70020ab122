"""Workers tune models: what they store, and what pausing and failing leave behind."""

from dataclasses import replace
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from pytest_django import Settings

from characters.models import Adapter, Tuning
from characters.tuning.queue import TUNINGS
from characters.tuning.requests import change_tuning, queue_tuning, request_tuning
from characters.tuning.sources import Sources
from characters.tuning.workers import TuningWorker
from rolellm.tuning.recipe import Recipe
from tests.analysis.working import beside_the_browser
from tests.characters.tuning.rows import write_models, write_rows

pytestmark = pytest.mark.django_db(transaction=True)
RECIPE = Recipe(epochs=4, batch=2, accumulation=2, rate=0.01, checkpoint_every=3, input_tokens=1000)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def site(models: Path, tmp_path: Path, settings: Settings) -> None:
    settings.MODELS_FILE, settings.VAR_DIR = models, tmp_path / "var"


def requested(models: Path, tmp_path: Path, name: str = "two", recipe: Recipe = RECIPE) -> Tuning:
    rows, descriptions = write_rows(tmp_path)
    tuning = request_tuning(models, name, "base", Sources(files=(rows,), descriptions=descriptions), recipe)
    queue_tuning(tuning)
    return tuning


def work_off(models: Path, **settings) -> None:
    async_to_sync(TuningWorker(models_file=models, **settings).work_off)(TUNINGS.queued())


def losses(tuning: Tuning) -> list[float]:
    return list(tuning.losses.order_by("step").values_list("loss", flat=True))


def test_a_worker_stores_every_step_and_the_adapter(models: Path, tmp_path: Path) -> None:
    tuning = requested(models, tmp_path)
    work_off(models)
    tuning.refresh_from_db()
    assert (tuning.state, tuning.samples, tuning.step, tuning.steps) == (Tuning.State.FINISHED, 8, 8, 8)
    points = tuning.losses.values_list("step", "epoch")
    assert list(points) == [(step, step / 2) for step in range(1, 9)]
    assert losses(tuning)[-1] < losses(tuning)[0]
    adapter = Adapter.objects.get(tuning=tuning)
    assert (adapter.name, adapter.base_model) == ("two", "base")
    assert adapter.configuration["roles"] == ["Ann", "Bob"]
    assert (Path(adapter.folder) / "adapter_model.safetensors").is_file()


def test_a_paused_tuning_stops_at_once_and_goes_on_where_it_was(models: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=12)
    whole = requested(models, tmp_path, "whole", recipe)
    work_off(models)
    tuning = requested(models, tmp_path, "paused", recipe)

    def pause(step: int, _steps: int) -> None:
        if step >= 2:
            beside_the_browser(lambda: TUNINGS.pause(Tuning.objects.get(name="paused")))

    work_off(models, on_step=pause, tick=0.02)
    tuning.refresh_from_db()
    assert tuning.state == Tuning.State.PAUSED
    assert 2 <= tuning.step < 24
    assert not (Path(tuning.folder) / "checkpoints" / "step-00000024.pt").exists(), "it went on unseen"
    assert (tuning.worker, Adapter.objects.filter(tuning=tuning).exists()) == ("", False)
    change_tuning(tuning, "start")
    work_off(models)
    tuning.refresh_from_db()
    assert tuning.state == Tuning.State.FINISHED
    assert losses(tuning) == pytest.approx(losses(whole), rel=1e-5)


def test_steps_after_the_last_checkpoint_are_done_again_after_a_crash(models: Path, tmp_path: Path) -> None:
    """A killed worker leaves steps in the database of which its folder knows nothing."""
    tuning = requested(models, tmp_path)
    work_off(models)
    expected = losses(tuning)
    checkpoints = Path(tuning.folder) / "checkpoints"
    Tuning.objects.update(state=Tuning.State.RUNNING, is_queued=True, finished_at=None)
    for path in checkpoints.iterdir():
        path.unlink()
    work_off(models)
    assert losses(tuning) == pytest.approx(expected, rel=1e-5)


def test_another_tuning_of_the_model_waits_for_the_first(models: Path, tmp_path: Path) -> None:
    first, second = requested(models, tmp_path, "first"), requested(models, tmp_path, "second")
    work_off(models)
    assert losses(first) == pytest.approx(losses(second), rel=1e-5)
    assert [tuning.state for tuning in Tuning.objects.all()] == [Tuning.State.FINISHED] * 2


def test_a_tuning_that_cannot_be_gives_its_reason_and_is_not_tried_again(models: Path, tmp_path: Path) -> None:
    tuning = requested(models, tmp_path, recipe=Recipe(input_tokens=20))
    work_off(models)
    tuning.refresh_from_db()
    assert tuning.has_failed
    assert tuning.message == (
        "The inputs of all 8 samples are longer than 20 tokens. Raise input_tokens, or shorten the descriptions."
    )


def test_a_changed_base_model_is_not_tuned_on(models: Path, tmp_path: Path, settings: Settings) -> None:
    tuning = requested(models, tmp_path)
    changed = tmp_path / "changed.toml"
    changed.write_text(models.read_text().replace("context = 2048", "context = 1024"))
    settings.MODELS_FILE = changed
    work_off(changed)
    tuning.refresh_from_db()
    assert "Model 'base' has changed since this tuning was requested." in tuning.message


def test_samples_on_another_machine_are_missed_in_a_sentence(models: Path, tmp_path: Path) -> None:
    tuning = requested(models, tmp_path)
    (Path(tuning.folder) / "samples.jsonl").unlink()
    work_off(models)
    tuning.refresh_from_db()
    assert "The samples of this tuning are not in" in tuning.message
