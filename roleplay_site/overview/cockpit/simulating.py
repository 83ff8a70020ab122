"""The step of simulating dialogues."""

from collections.abc import Sequence

from django.urls import reverse

from roleplay_site.overview.cockpit.numbers import Numbers
from roleplay_site.overview.cockpit.quantities import counted, some
from roleplay_site.overview.cockpit.step import Action, Step
from simulation.models import Run
from simulation.presentation import RunLine

NO_PERSONAS = "The study has no personas yet. Participants add their own, or you add some on the page “Personas”."


def simulation_step(numbers: Numbers) -> Step:
    """Return the step, as its worst run is: failing, running, paused, or all over."""
    address = reverse("simulate", args=[numbers.study.slug])
    runs = numbers.runs
    if not runs:
        return _without_runs(numbers, address)
    facts = _facts(runs)
    if failing := [line for line in runs if line.kind == "failed"]:
        action = Action("View run", reverse("run", args=[failing[0].run.token]))
        return Step("simulate", "Simulate", address, "failed", facts, lacks=_why(failing[0]), action=action)
    if running := [line for line in runs if line.run.state == Run.State.RUNNING and not line.is_abandoned]:
        longest = next((line.time_left for line in running if line.time_left), "")
        time_left = f"{longest} left" if longest else ""
        return Step(
            "simulate", "Simulate", address, "running", facts, time_left=time_left, action=_view(running, address)
        )
    if paused := [line for line in runs if line.kind == "paused" and line.tally.left]:
        return Step("simulate", "Simulate", address, "next", facts, action=_resume(paused, address))
    return Step("simulate", "Simulate", address, "done", facts, action=Action("View runs", address))


def _without_runs(numbers: Numbers, address: str) -> Step:
    if numbers.study.is_archived or not numbers.goals:
        return Step("simulate", "Simulate", address, "later", [counted(0, "run")])
    if not numbers.personas:
        return Step("simulate", "Simulate", address, "later", [counted(0, "run")], lacks=NO_PERSONAS)
    action = Action("Start run", f"{address}#new-run")
    return Step("simulate", "Simulate", address, "next", [counted(0, "run")], action=action)


def _facts(runs: Sequence[RunLine]) -> list[str]:
    done, total = (sum(counts) for counts in zip(*((line.tally.done, line.tally.total) for line in runs), strict=True))
    failing = sum(line.tally.failing for line in runs)
    return [
        counted(len(runs), "run"),
        f"{done:,} of {counted(total, 'dialogue')}",
        *some(failing, "failing", "failing"),
    ]


def _why(line: RunLine) -> str:
    """Return why a run fails: what stopped it, the missing worker, or its state."""
    return line.run.message or line.absent_worker or f"A run is {line.state}."


def _view(lines: Sequence[RunLine], address: str) -> Action:
    return Action("View runs", address) if len(lines) > 1 else Action("View run", _run(lines[0]))


def _resume(lines: Sequence[RunLine], address: str) -> Action:
    return Action("View paused runs", address) if len(lines) > 1 else Action("Resume run", _run(lines[0]))


def _run(line: RunLine) -> str:
    return reverse("run", args=[line.run.token])
