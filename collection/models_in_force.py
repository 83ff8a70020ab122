"""The models in force: as models.toml describes them, or as it last did where it is wrong now.

A slip in the file must not end chats and runs that are under way. So the last good description of every model is kept in the
folder for data, where every process of this machine finds it, also after a restart. It is not kept in the database: files,
threads and devices belong to one machine, and so does its models.toml.
"""

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from pydantic import TypeAdapter, ValidationError

from dialogue.models import ModelSpec
from dialogue.models_file import InvalidModelsFile, read_models

logger = logging.getLogger(__name__)

Specs = Mapping[str, ModelSpec]
_SPECS = TypeAdapter(dict[str, ModelSpec])


@dataclass(frozen=True, slots=True)
class ModelsInForce:
    """``good`` are described well now, ``remembered`` were so before their entry, or the whole file, went wrong, or before it
    named a file that is not there.

    ``mistakes`` says of each wrong entry what is wrong, and ``problem`` of a file that cannot be read at all.
    """

    good: Specs
    remembered: Specs = field(default_factory=dict)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def all(self) -> Specs:
        """What may go on."""
        return {**self.good, **self.remembered}

    def why_wrong(self, name: str) -> str:
        """Why nothing new can begin with the model, in a sentence; empty when its entry is right, or missing."""
        return self.problem or self.mistakes.get(name, "")


def read_models_in_force(path: Path) -> ModelsInForce:
    """Read the file as it is now, and remember what is right in it."""
    note = settings.VAR_DIR / "models" / f"{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]}.json"
    try:
        file = read_models(path)
    except InvalidModelsFile as error:
        return ModelsInForce({}, _recall(note), problem=str(error))
    lost = {name for name, spec in file.models.items() if spec.file and not spec.file.is_file()}
    remembered = {name: spec for name, spec in _recall(note).items() if name in lost.union(file.mistakes)}
    _keep(note, {**file.models, **remembered})
    return ModelsInForce(file.models, remembered, file.mistakes)


def _recall(note: Path) -> Specs:
    """Return what was kept; nothing when another version of this software kept it."""
    try:
        return _SPECS.validate_json(note.read_bytes())
    except (OSError, ValidationError):
        return {}


def _keep(note: Path, specs: Specs) -> None:
    """Write what changed. Another process reads all of it or nothing."""
    said = _SPECS.dump_json(dict(specs))
    try:
        if note.exists() and note.read_bytes() == said:
            return
        note.parent.mkdir(parents=True, exist_ok=True)
        draft = note.with_name(f"{note.name}.{os.getpid()}")
        draft.write_bytes(said)
        draft.replace(note)
    except OSError as error:
        logger.warning(
            "The descriptions of models could not be kept (%s): a mistake in models.toml would stop them.", error
        )
