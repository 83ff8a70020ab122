"""How many dialogues of a run one worker holds at once."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec
from simulation.models import Run
from studies.language_models.identities import find_described


@dataclass(frozen=True, slots=True)
class Share:
    """The number of ``dialogues`` that a worker takes of a run without a number of its own.

    Runs of ``is_remote`` models wait for servers, so each has a share of its own. Runs with a local model use one machine, so
    they have one share together.
    """

    dialogues: int
    is_remote: bool = False


def choose_share(run: Run, models_file: Path, local: int) -> Share:
    """Return a worker's share of the run.

    Without a local model, that is as many dialogues as both models' ``requests``. With one, it is ``local``, or more if its
    ``slots`` hold more: each dialogue needs a history for each side that the model plays.
    """
    specs = _specs(run, models_file)
    if specs and all(spec.is_remote for spec in specs):
        return Share(min(spec.requests for spec in specs), is_remote=True)
    held = [(spec.slots or 0) * len(specs) // 2 for spec in specs if not spec.is_remote]
    return Share(max(local, min(held, default=0)))


def _specs(run: Run, models_file: Path) -> Collection[ModelSpec]:
    """Return the run's models, each once; none if one is gone, which the first dialogue reports."""
    try:
        return [find_described(models_file, name) for name in run.models_needed]
    except ModelMisconfigured:
        return []
