"""Checkpoints from which a tuning continues after its process was killed."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch

from rolellm.tuning.refusals import TuningRefused


class ForeignCheckpoint(TuningRefused):
    """A checkpoint of another tuning."""


@dataclass(frozen=True, slots=True)
class State:
    """What a tuning needs to continue. Random numbers and the position in the data follow from the number of steps.

    ``points`` are the steps so far, each with its loss and other values as training stores them.
    """

    points: list[tuple[Any, ...]]
    adapter: dict[str, Any]
    optimizer: dict[str, Any]
    schedule: dict[str, Any]


class Checkpoints:
    """The checkpoints in a folder. ``identity`` says what is tuned: base, data and recipe."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._identity = identity

    def write(self, state: State) -> None:
        """Write a checkpoint completely or not at all, and then delete older ones."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"step-{len(state.points):08}.pt"
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            torch.save({"identity": self._identity, **_values(state)}, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        for old in self._paths()[:-1]:
            old.unlink()

    def read(self, device: Any = "cpu") -> State | None:
        """Return the newest checkpoint, None if there is none. Raises ForeignCheckpoint."""
        if not (paths := self._paths()):
            return None
        stored = torch.load(
            paths[-1], map_location=device, weights_only=True
        )  # unpickles only tensors and plain values
        if stored.pop("identity") != self._identity:
            raise ForeignCheckpoint(
                f"The folder {self._folder} contains a checkpoint of a tuning with another base model, other data or other"
                " settings. Choose another folder."
            )
        return State(**stored)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("step-*.pt"))


def _values(state: State) -> dict[str, Any]:
    """Return the fields, without copying their tensors."""
    return {field.name: getattr(state, field.name) for field in fields(state)}
