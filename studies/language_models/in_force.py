"""The models in force: as models.toml describes them now, or as it last described them correctly.

A mistake in the file must not end chats and runs in progress. So the last correct description of each model is kept in the data
folder, where every process of this machine finds it, even after a restart. It is not in the database, because files, threads
and devices belong to one machine, and so does its models.toml.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from pydantic import TypeAdapter, ValidationError

from dialogue.model_config import ModelSpec
from dialogue.models_file import InvalidModelsFile, read_models

logger = logging.getLogger(__name__)

Specs = Mapping[str, ModelSpec]
_SPECS = TypeAdapter(dict[str, ModelSpec])


@dataclass(frozen=True, slots=True)
class ModelsInForce:
    """``good`` models are described correctly now. ``remembered`` ones were, until their entry or the whole file became wrong,
    or the model's file disappeared.

    ``mistakes`` has a sentence for each invalid entry, and ``problem`` one for a file that cannot be read at all.
    """

    good: Specs
    remembered: Specs = field(default_factory=dict)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def all(self) -> Specs:
        """Return the models with which work in progress may continue."""
        return {**self.good, **self.remembered}

    def why_wrong(self, name: str) -> str:
        """Return why nothing new can begin with the model, in a sentence; empty if its entry is correct, or missing."""
        return self.problem or self.mistakes.get(name, "")


def read_models_in_force(path: Path) -> ModelsInForce:
    """Read the file and remember its correct entries."""
    note = settings.VAR_DIR / "models" / f"{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]}.json"
    try:
        file = read_models(path)
    except InvalidModelsFile as error:
        return ModelsInForce({}, _recall(note), problem=str(error))
    lost = {name for name, spec in file.models.items() if spec.file and not spec.file.is_file()}
    missing = lost.union(file.mistakes)
    remembered = {name: spec for name, spec in _recall(note).items() if name in missing} if missing else {}
    _keep(note, {**file.models, **remembered})
    return ModelsInForce(file.models, remembered, file.mistakes)


def _recall(note: Path) -> Specs:
    """Return the remembered models; none if another version of this software stored them."""
    try:
        return _SPECS.validate_json(note.read_bytes())
    except (OSError, ValidationError):
        return {}


def _keep(note: Path, specs: Specs) -> None:
    """Write the changes at once: another process reads all of them or none."""
    said = _SPECS.dump_json(dict(specs), exclude_unset=True)  # what is not set may come with the model
    try:
        if note.exists() and note.read_bytes() == said:
            return
        note.parent.mkdir(parents=True, exist_ok=True)
        draft = note.with_name(f"{note.name}.{os.getpid()}.{threading.get_ident()}")
        draft.write_bytes(said)
        draft.replace(note)
    except OSError as error:
        logger.warning(
            "The descriptions of models could not be stored (%s). A mistake in models.toml would now stop these models.",
            error,
        )
