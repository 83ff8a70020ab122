"""A study's natural dialogues, and the dialogues of its chosen runs."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from evaluation.models import Evaluation
from evaluation.pairing import NaturalDialogue, SimulatedDialogue
from simulation.models import Run, Simulation
from studies.models import Dialogue

SOMETHING = r"\S"
"""A character that is not white space, as a regular expression for every database."""


@dataclass(frozen=True, slots=True)
class RunCells:
    """A chosen run and its cells' ``person_goals``: pairs of a person's code and a goal's number."""

    run: Run
    person_goals: frozenset[tuple[str, int]]
    cells: int
    finished: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """The dialogues that may be paired. ``responders`` holds the responder of each natural dialogue, by its id."""

    natural: tuple[NaturalDialogue, ...]
    simulated: tuple[SimulatedDialogue, ...]
    runs: tuple[RunCells, ...]
    responders: Mapping[int, Mapping[str, Any]]


def read_candidates(evaluation: Evaluation) -> Candidates:
    """Read the candidates, imported ones too, in a few queries of any study and without reading utterances."""
    natural = list(_natural_rows(evaluation))
    cells = list(_cell_rows(evaluation))
    return Candidates(
        natural=tuple(_natural(row) for row in natural),
        simulated=tuple(_simulated(row) for row in cells if row["finished_at"] is not None),
        runs=_runs(evaluation, cells),
        responders={row["pk"]: row["responder"] for row in natural},
    )


def _natural_rows(evaluation: Evaluation) -> Any:
    dialogues = evaluation.study.dialogues.filter(kind=Dialogue.Kind.NATURAL).order_by("pk")
    return dialogues.values("pk", "ending", "ended_at", "responder", **_PERSON_GOAL, **_turns("turns", evaluation))


def _cell_rows(evaluation: Evaluation) -> Any:
    cells = Simulation.objects.filter(run__in=evaluation.runs.all()).order_by("pk")
    said = {"ending": F("dialogue__ending"), "model": F("run__inquirer")} | _turns("dialogue__turns", evaluation)
    return cells.values("run_id", "dialogue_id", "seed", "finished_at", **_PERSON_GOAL, **said)


_PERSON_GOAL = {"person": F("persona__code"), "number": F("goal__number")}


def _turns(path: str, evaluation: Evaluation) -> dict[str, Count]:
    """Count the turns, and those that a judge reads: answered ones, or all of them."""
    answered = Q(**{f"{path}__response__regex": SOMETHING})
    return {"said": Count(path), "read": Count(path, filter=answered if evaluation.hides_unanswered else None)}


def _natural(row: Mapping[str, Any]) -> NaturalDialogue:
    ending, hidden = row["ending"] if row["ended_at"] is not None else "", row["said"] - row["read"]
    return NaturalDialogue(row["pk"], row["person"], row["number"], ending, row["read"], hidden)


def _simulated(row: Mapping[str, Any]) -> SimulatedDialogue:
    identity, hidden = (row["person"], row["number"], row["model"]), row["said"] - row["read"]
    return SimulatedDialogue(row["dialogue_id"], *identity, row["seed"], row["ending"], row["read"], hidden)


def _runs(evaluation: Evaluation, cells: list[Mapping[str, Any]]) -> tuple[RunCells, ...]:
    person_goals: defaultdict[int, set[tuple[str, int]]] = defaultdict(set)
    for row in cells:
        person_goals[row["run_id"]].add((row["person"], row["number"]))
    total = Counter(row["run_id"] for row in cells)
    finished = Counter(row["run_id"] for row in cells if row["finished_at"] is not None)
    runs = evaluation.runs.order_by("inquirer", "created_at", "pk")
    return tuple(RunCells(run, frozenset(person_goals[run.pk]), total[run.pk], finished[run.pk]) for run in runs)
