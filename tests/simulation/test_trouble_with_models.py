"""A worker's handling of models that fail, have changed, are missing or have too small a context."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copy

import pytest

from dialogue.backends.base import BackendError, ContentRefused
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message, Speaking
from simulation.models import Run
from studies.models import Dialogue, Output, Turn
from tests.dialogue.speaking import NarrowModel
from tests.factories import make_study
from tests.simulation.scripts import (
    ANSWERS,
    ASKS,
    AT_ONCE,
    MODELS_FILE,
    TURNS,
    make_worker,
    one_cell,
    said,
    scripts,
    started_run,
    work_off,
)

pytestmark = pytest.mark.django_db


class BrokenModel(ScriptedModel):
    """A model with a bug that only one of the histories triggers."""

    def _find(self, messages: Sequence[Message], role: Speaking) -> str:
        if any("chickens" in message.content for message in messages):
            raise RuntimeError("A bug.")
        return super()._find(messages, role)


def test_an_infrastructure_error_is_tried_again_and_never_an_ending() -> None:
    busy = BackendError("Busy.")
    models = scripts(answerer=ScriptedModel(["A1", busy, busy, "A2"]))
    run = work_off(one_cell(), make_worker(models, longest_pause=AT_ONCE))
    assert run.state == Run.State.FINISHED
    assert said(Turn.objects.all()) == TURNS
    assert Output.objects.count() == 5
    assert list(run.simulations.values_list("dialogue__ending", "failures", "error")) == [("goal_reached", 0, "")]


def test_a_refused_content_is_an_ending_and_not_tried_again() -> None:
    models = scripts(answerer=ScriptedModel(["A1", ContentRefused("No."), "A2"]))
    run = work_off(one_cell(), make_worker(models))
    assert (run.state, Dialogue.objects.get().ending) == (Run.State.FINISHED, "model_error")
    assert said(Turn.objects.all()) == TURNS[:1]


def test_an_error_that_does_not_go_away_stops_the_run_and_says_why() -> None:
    models = scripts(answerer=ScriptedModel([*[BackendError("The server is down.")] * 9, *ANSWERS]))
    run = work_off(one_cell(), make_worker(models, patience=3, longest_pause=AT_ONCE))
    assert (run.state, run.message) == (Run.State.PAUSED, "Stopped after 3 failures in a row: The server is down.")
    assert not Dialogue.objects.exists()
    assert not Turn.objects.exists()


def test_progress_between_errors_renews_the_patience() -> None:
    busy = BackendError("Busy.")
    models = scripts(ScriptedModel([busy, ASKS[0], busy, ASKS[1], busy, ASKS[2]]))
    assert work_off(one_cell(), make_worker(models, patience=2, longest_pause=AT_ONCE)).state == Run.State.FINISHED


def test_a_bug_that_one_cell_brings_out_does_not_touch_the_others() -> None:
    run = started_run(make_study(goal_count=3, persona_count=1))
    work_off(run, make_worker(scripts(BrokenModel(ASKS)), patience=50, longest_pause=AT_ONCE))
    assert run.state == Run.State.PAUSED
    assert run.message == "Stopped after 50 failures in a row: Unexpected RuntimeError. See the worker's log."
    assert list(run.simulations.values_list("goal__number", "dialogue__ending")) == [
        (1, "goal_reached"),
        (2, "goal_reached"),
        (3, None),
    ]


def test_a_model_that_has_changed_since_the_run_began_stops_it_with_a_sentence(tmp_path: Path) -> None:
    models_file = Path(copy(MODELS_FILE, tmp_path))
    run = started_run(models_file=models_file)
    models_file.write_text(models_file.read_text("utf-8").replace("max_n = 5", "max_n = 6"), "utf-8")
    work_off(run, make_worker(models_file=models_file))
    assert (run.state, run.message) == (
        Run.State.PAUSED,
        "Model 'answerer' has changed since this run started. Restore it, or start a new run.",
    )
    assert not Dialogue.objects.exists()
    assert not run.simulations.exclude(worker="", leased_until=None).exists()


def test_a_model_that_is_gone_stops_the_run_with_a_sentence(tmp_path: Path) -> None:
    run = started_run()
    work_off(run, make_worker(models_file=tmp_path / "models.toml"))
    assert run.state == Run.State.PAUSED
    assert "cannot be read. Check MODELS_FILE." in run.message


@pytest.mark.parametrize(("asker_room", "answerer_room", "speaker"), [(1, 99, "inquirer"), (99, 1, "responder")])
def test_a_context_that_does_not_hold_the_first_prompt_stops_the_run_with_a_sentence_and_stores_nothing(
    asker_room: int, answerer_room: int, speaker: str
) -> None:
    models = scripts(NarrowModel(asker_room, '"QN"'), NarrowModel(answerer_room, "AN"))
    run = work_off(started_run(), make_worker(models))
    assert run.state == Run.State.PAUSED
    assert f"The context of the {speaker} is too small for its first prompt" in run.message
    assert "Raise `context` in models.toml and start a new run." in run.message
    assert not Dialogue.objects.exists()


def test_a_context_that_fills_up_later_is_an_ending() -> None:
    run = work_off(one_cell(), make_worker(scripts(NarrowModel(3, '"QN"'), NarrowModel(99, "AN"))))
    assert (run.state, run.message) == (Run.State.FINISHED, "")
    assert (Dialogue.objects.get().ending, Turn.objects.count()) == ("context_full", 1)
