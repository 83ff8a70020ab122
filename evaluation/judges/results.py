"""How models have judged, to stand beside people."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from evaluation.answers import is_detected
from evaluation.models import Choice, Evaluation, Sitting, Verdict
from jobs.heartbeats import absent_worker

Row = tuple[int, str, bool, str]
"""A finished verdict: pair, inquirer's model, whether the natural dialogue came first, choice."""


@dataclass(frozen=True, slots=True)
class JudgedModel:
    """What a judge says about one inquirer's model. Every pair comes twice, once in each order of the sides.

    ``both`` counts the pairs that were answered in both orders, ``consistent`` those of them in which both answers mean the
    same dialogue, or are both "not sure".
    """

    name: str
    verdicts: int
    detected: int
    unanswered: int
    both: int
    consistent: int

    @property
    def detection_rate(self) -> float | None:
        return self.detected / self.verdicts if self.verdicts else None

    @property
    def consistency(self) -> float | None:
        return self.consistent / self.both if self.both else None


@dataclass(frozen=True, slots=True)
class SittingLine:
    """A sitting as it stands: ``done`` of ``total`` verdicts, and what they say about each inquirer's model.

    ``absent_worker`` says which worker to start, if it waits for one in vain.
    """

    sitting: Sitting
    done: int
    total: int
    models: tuple[JudgedModel, ...]
    absent_worker: str = ""

    @property
    def model(self) -> str:
        return self.sitting.model

    @property
    def label(self) -> str:
        """What is to be said wherever the model appears."""
        return str(self.sitting.configuration.get("judge", {}).get("label", ""))


def read_sittings(evaluation: Evaluation) -> list[SittingLine]:
    """The sittings of the evaluation, oldest first; pairs of people who have withdrawn are passed over."""
    counts = evaluation.sittings.annotate(
        total=Count("verdicts", filter=Q(verdicts__pair__withdrawn_at=None)),
        done=Count("verdicts", filter=Q(verdicts__pair__withdrawn_at=None, verdicts__finished_at__isnull=False)),
    )
    rows = _rows(evaluation)
    return [
        SittingLine(sitting, sitting.done, sitting.total, _models(rows[sitting.pk]), absent_worker(sitting))
        for sitting in counts
    ]


def _rows(evaluation: Evaluation) -> dict[int, list[Row]]:
    finished = Verdict.objects.filter(
        sitting__evaluation=evaluation, finished_at__isnull=False, pair__withdrawn_at=None
    )
    rows: dict[int, list[Row]] = defaultdict(list)
    fields = ("sitting", "pair", "pair__model", "is_natural_first", "choice")
    for sitting, *row in finished.order_by("pair__model", "pk").values_list(*fields):
        rows[sitting].append((row[0], row[1], row[2], row[3]))
    return rows


def _models(rows: Iterable[Row]) -> tuple[JudgedModel, ...]:
    by_model: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_model[row[1]].append(row)
    return tuple(_judged(name, found) for name, found in by_model.items())


def _judged(name: str, rows: list[Row]) -> JudgedModel:
    meant: dict[int, list[str]] = defaultdict(list)
    for pair, _, is_natural_first, choice in rows:
        if choice:
            meant[pair].append(_meaning(choice, is_natural_first))
    answered = [one for found in meant.values() for one in found]
    both = [found for found in meant.values() if len(found) == 2]
    return JudgedModel(
        name=name,
        verdicts=len(answered),
        detected=answered.count("simulated"),
        unanswered=len(rows) - len(answered),
        both=len(both),
        consistent=sum(len(set(found)) == 1 for found in both),
    )


def _meaning(choice: str, is_natural_first: bool) -> str:
    if choice == Choice.NOT_SURE:
        return "not sure"
    return "simulated" if is_detected(choice, is_natural_first) else "natural"
