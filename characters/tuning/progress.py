"""What a tuning stores as it happens: its steps with their losses, and in the end its adapter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction

from characters.models import Adapter, LossPoint, Tuning
from characters.tuning.queue import TUNINGS

_BATCH = 1000


class Step(Protocol):
    """A step of the training, as ``rolellm.tuning.training.Point`` is."""

    @property
    def step(self) -> int: ...
    @property
    def loss(self) -> float: ...
    @property
    def rate(self) -> float: ...
    @property
    def seconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """The training begins, or continues after ``points``. ``left_out`` and ``shortened`` are samples that are too long."""

    points: Sequence[Step]
    steps: int
    steps_per_epoch: int
    device: str
    left_out: int
    shortened: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The adapter is written to ``folder``. ``weights`` identifies its base model; ``template`` is its chat template."""

    folder: Path
    weights: str
    template: str
    tuning: dict[str, Any]


@transaction.atomic
def store_begin(item: Tuning, worker: str, begun: Begun) -> None:
    """Store how the tuning runs, and bring its steps in line with its last checkpoint. Raises LeaseLost."""
    made = {
        "device": begun.device,
        "steps_per_epoch": begun.steps_per_epoch,
        "left_out": begun.left_out,
        "shortened": begun.shortened,
    }
    step = len(begun.points)
    TUNINGS.store(item, worker, step=step, steps=begun.steps, provenance={**item.provenance, **made})
    item.losses.filter(step__gt=step).delete()
    known = set(item.losses.values_list("step", flat=True))
    _create(item, [point for point in begun.points if point.step not in known])


@transaction.atomic
def store_points(item: Tuning, worker: str, points: Sequence[Step]) -> None:
    """Store steps that have just been done. Raises LeaseLost."""
    TUNINGS.store(item, worker, step=points[-1].step)
    TUNINGS.forget_failures(item)
    _create(item, points)


@transaction.atomic
def store_end(item: Tuning, worker: str, now: datetime, finished: Finished) -> None:
    """Store the adapter and finish the tuning. Raises LeaseLost."""
    TUNINGS.finish(item, worker, now)
    Adapter.objects.update_or_create(
        tuning=item,
        defaults={
            "name": item.name,
            "base_model": item.model,
            "base_fingerprint": finished.weights,
            "folder": str(finished.folder),
            "configuration": {"template": finished.template, **finished.tuning},
        },
    )


def _create(item: Tuning, points: Sequence[Step]) -> None:
    each = item.provenance["steps_per_epoch"]
    LossPoint.objects.bulk_create(
        [
            LossPoint(
                tuning=item,
                step=point.step,
                epoch=point.step / each,
                loss=point.loss,
                learning_rate=point.rate,
                seconds=point.seconds,
            )
            for point in points
        ],
        batch_size=_BATCH,
    )
