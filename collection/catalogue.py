"""The models that pages name and offer. Looking never loads a model or its library."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from dialogue.models import InvalidModelsFile, ModelSpec, read_models
from dialogue.seeds import Side


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The models that models.toml describes, and what is wrong with that file, if anything."""

    models: Mapping[str, ModelSpec]
    problem: str = ""

    def label(self, name: str) -> str:
        """What is to be said wherever the model appears; nothing of a model that is described no longer."""
        return self.models[name].label if name in self.models else ""

    def playing(self, side: Side) -> list[ModelSpec]:
        """The models that can play ``side``, in the file's order."""
        return [spec for spec in self.models.values() if getattr(spec, side) is not None]


def read_catalogue() -> Catalogue:
    """Reads models.toml anew, so that an edit shows without a restart."""
    try:
        return Catalogue(read_models(settings.MODELS_FILE))
    except InvalidModelsFile as error:
        return Catalogue({}, str(error))


def missing_piece(spec: ModelSpec) -> str:
    """What the model visibly lacks on this machine, in a sentence. A worker elsewhere may have the key, but the file decides
    which run is asked for, so the site must read it too."""
    if spec.file is not None and not spec.file.is_file():
        return f"Its file {spec.file} is missing."
    if spec.key_env and not os.environ.get(spec.key_env):
        return f"The environment variable {spec.key_env} is not set."
    return ""
