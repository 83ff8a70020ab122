"""A run whose first dialogues fail in the same way pauses and says why, unless it is told to continue."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.test import Client
from pytest_django import Settings

from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message, Speaking
from simulation import services
from simulation.early_failures import FIRST, find_early_failure, ignore_failures
from simulation.models import Run, Simulation
from simulation.workers import Worker
from tests.factories import make_staff, make_study
from tests.simulation.commanding import simulate
from tests.simulation.scripts import MODELS_FILE, make_worker, request_run, scripts, started_run, work_off

pytestmark = pytest.mark.django_db

SEEDS = tuple(range(7))
"""Seven seeds of two goals and two personas: eight dialogues more than are judged."""
UNQUOTED = "I would ask about bears."


class HalfUnquoted(ScriptedModel):
    """A model that gives a prompt that cannot be read, and the stop token, in turn."""

    def __init__(self) -> None:
        super().__init__([])
        self._replies = cycle([UNQUOTED, "FINISH"])

    def _find(self, messages: Sequence[Message], role: Speaking) -> str:
        return next(self._replies)


def failing_worker() -> Worker:
    return make_worker(scripts(ScriptedModel([UNQUOTED])), concurrency=4)


def ended(run: Run) -> int:
    return run.simulations.exclude(finished_at=None).count()


def test_a_run_pauses_after_twenty_dialogues_without_a_prompt_and_says_what_to_do():
    run = work_off(started_run(seeds=SEEDS), failing_worker())
    assert run.state == Run.State.PAUSED
    assert FIRST <= ended(run) < FIRST + 4
    assert run.message.startswith(f"All of the first {FIRST} dialogues ended with “no prompt”, so the run was paused.")
    assert "Examine asker on the Models page" in run.message


def test_a_run_of_which_half_the_dialogues_fail_continues():
    run = work_off(started_run(seeds=SEEDS), make_worker(scripts(HalfUnquoted()), concurrency=1))
    assert run.state == Run.State.FINISHED
    assert ended(run) == 28


def test_a_paused_run_does_not_restart_and_continues_if_told():
    run = work_off(started_run(seeds=SEEDS), failing_worker())
    services.queue_run(run)
    assert (run.state, "so the run was paused" in run.message) == (Run.State.PAUSED, True)
    ignore_failures(run)
    assert run.message == ""
    services.start_run(run)
    assert work_off(run, failing_worker()).state == Run.State.FINISHED
    assert ended(run) == 28


def test_a_run_that_is_told_to_continue_beforehand_never_pauses():
    run = request_run(seeds=SEEDS)
    ignore_failures(run)
    services.start_run(run)
    assert work_off(run, failing_worker()).state == Run.State.FINISHED


def test_a_run_of_fewer_dialogues_ends_whatever_they_are():
    run = work_off(started_run(), failing_worker())
    assert (run.state, find_early_failure(run)) == (Run.State.FINISHED, None)


def test_a_longer_run_whose_later_dialogues_fail_continues():
    study = make_study()
    work_off(started_run(study, seeds=SEEDS[:5]))
    run = work_off(started_run(study, seeds=tuple(range(10))), failing_worker())
    assert run.state == Run.State.FINISHED
    assert run.simulations.filter(ending="no_prompt").count() == FIRST


def test_the_page_offers_to_continue_and_does_so(client: Client):
    client.force_login(make_staff())
    run = work_off(started_run(seeds=SEEDS), failing_worker())
    address = f"/runs/{run.token}/"
    page = client.get(address).content.decode()
    assert "Continue despite failures" in page
    assert "Resume run" not in page
    client.post(address, {"action": "go-on"})
    run.refresh_from_db()
    assert (run.state, run.is_queued, run.ignores_failures) == (Run.State.RUNNING, True, True)
    assert "Continue despite failures" not in client.get(address).content.decode()


def test_the_command_pauses_with_the_reason_and_continues_with_its_option(tmp_path: Path, settings: Settings):
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    file.write_text(MODELS_FILE.read_text().replace('I would ask: "What is a bear?"', UNQUOTED))
    make_study("demo")
    seeds = ("--seeds", "0,1,2,3,4,5,6,7,8,9")  # the command plays more dialogues at once
    with pytest.raises(CommandError, match="of the first 20 dialogues ended with “no prompt”") as stopped:
        simulate(*seeds)
    assert stopped.value.returncode == 2
    assert Simulation.objects.exclude(finished_at=None).count() < 40
    simulate(*seeds, "--go-on")
    assert Simulation.objects.exclude(finished_at=None).count() == 40
