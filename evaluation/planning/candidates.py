"""A study's natural dialogues, and the dialogues of its chosen runs."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from django.db.models import Count, F, Q

from evaluation.models import Evaluation
from evaluation.pairing import NaturalDialogue, SimulatedDialogue
from evaluation.planning.chatbots import identify_chatbot
from simulation.models import Run, Simulation
from studies.models import Dialogue, found_unsafe, is_excluded
from studies.recorded_roles import recorded_role

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
    """Read the candidates, imported ones too, in a few queries of any study and without reading utterances.

    Of cells, of which there may be a hundred thousand, only the dialogues stay in memory.
    """
    runs = list(evaluation.runs.order_by("inquirer", "created_at", "pk"))
    cells = _Cells({run.pk: _chatbot(run) for run in runs}, {run.pk: run.elicitation for run in runs})
    natural = list(_natural_rows(evaluation))
    for row in _cell_rows(evaluation).iterator(chunk_size=2000):
        cells.add(row)
    return Candidates(
        natural=tuple(_natural(row) for row in natural),
        simulated=tuple(cells.simulated),
        runs=cells.of_runs(runs),
        responders={row["pk"]: row["responder"] for row in natural},
    )


@dataclass(slots=True)
class _Cells:
    """The cells read so far: ended dialogues, and by run the pairs of a person and a goal and the numbers of cells.

    ``chatbots`` identifies the responder of each run, ``elicitations`` says how its inquirer plays characters.
    """

    chatbots: Mapping[int, str]
    elicitations: Mapping[int, str]
    simulated: list[SimulatedDialogue] = field(default_factory=list)
    person_goals: defaultdict[int, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    total: Counter[int] = field(default_factory=Counter)
    finished: Counter[int] = field(default_factory=Counter)

    def add(self, row: Mapping[str, Any]) -> None:
        run, person = row["run_id"], intern(row["person"])
        self.person_goals[run].add((person, row["number"]))
        self.total[run] += 1
        if row["finished_at"] is not None:
            self.finished[run] += 1
            self.simulated.append(_simulated(row, person, self.chatbots[run], self.elicitations[run]))

    def of_runs(self, runs: list[Run]) -> tuple[RunCells, ...]:
        return tuple(
            RunCells(run, frozenset(self.person_goals[run.pk]), self.total[run.pk], self.finished[run.pk])
            for run in runs
        )


def _chatbot(run: Run) -> str:
    return identify_chatbot(run.configuration.get("responder") or {}, run.responder_character)


def _natural_rows(evaluation: Evaluation) -> Any:
    dialogues = evaluation.study.dialogues.filter(kind=Dialogue.Kind.NATURAL).order_by("pk")
    said = _flags("pk") | _turns("turns", evaluation)
    return dialogues.values("pk", "ending", "ended_at", "responder", "condition__name", **_PERSON_GOAL, **said)


def _cell_rows(evaluation: Evaluation) -> Any:
    cells = Simulation.objects.filter(run__in=evaluation.runs.all()).order_by("pk")
    said = {"model": F("run__inquirer")} | _flags("dialogue") | _turns("dialogue__turns", evaluation)
    return cells.values("run_id", "dialogue_id", "seed", "finished_at", "dialogue__ending", **_PERSON_GOAL, **said)


_PERSON_GOAL = {"person": F("persona__code"), "number": F("goal__number")}


def _flags(dialogue: str) -> dict[str, Any]:
    return {"is_unsafe": found_unsafe(dialogue), "is_excluded": is_excluded(dialogue)}


def _turns(path: str, evaluation: Evaluation) -> dict[str, Any]:
    """Count the turns, and those that a judge reads: answered ones, or all of them."""
    answered = Q(**{f"{path}__response__regex": SOMETHING})
    return {"said": Count(path), "read": Count(path, filter=answered if evaluation.hides_unanswered else None)}


def _natural(row: Mapping[str, Any]) -> NaturalDialogue:
    ending, hidden = row["ending"] if row["ended_at"] is not None else "", row["said"] - row["read"]
    return NaturalDialogue(
        row["pk"],
        row["person"],
        row["number"],
        ending,
        row["read"],
        hidden,
        is_unsafe=row["is_unsafe"],
        condition=row["condition__name"] or "",
        chatbot=identify_chatbot(row["responder"], recorded_role(row["responder"]).get("name", "")),
        is_excluded=row["is_excluded"],
    )


def _simulated(row: Mapping[str, Any], person: str, chatbot: str, elicitation: str) -> SimulatedDialogue:
    identity, hidden = (person, row["number"], intern(row["model"])), row["said"] - row["read"]
    ended = (row["seed"], row["dialogue__ending"], row["read"], hidden)
    return SimulatedDialogue(
        row["dialogue_id"],
        *identity,
        *ended,
        is_unsafe=row["is_unsafe"],
        is_excluded=row["is_excluded"],
        chatbot=chatbot,
        elicitation=elicitation,
    )
