"""The models that pages name and offer. Reading the catalogue never loads a model or its library."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from dialogue.model_config import ModelSpec
from dialogue.seeds import SpeakerName
from studies.language_models.in_force import ModelsInForce, read_models_in_force

_STAYS = "Chats and runs in progress continue with the last correct description. Correct the entry."
_STOPS = "There is no earlier correct description to continue with. Correct the entry."


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The models that models.toml describes correctly, for new work. ``in_force`` also has models for work in progress only."""

    models: Mapping[str, ModelSpec]
    in_force: ModelsInForce = field(default_factory=lambda: ModelsInForce({}))

    @property
    def problem(self) -> str:
        """Return the mistakes in the file, as sentences that name entries and lines; empty if it is correct."""
        return self.in_force.problem or " ".join(self.in_force.mistakes.values())

    def label(self, name: str) -> str:
        """Return the label to show wherever the model appears; empty if models.toml no longer describes it."""
        found = self.in_force.all.get(name)
        return found.label if found else ""

    def is_complete(self, name: str) -> bool:
        """Return whether models.toml describes the model correctly and its file or key is on this machine."""
        return name in self.models and not missing_piece(self.models[name])

    def slips(self, *names: str) -> list[str]:
        """Return the mistakes in these models' entries, and whether work in progress continues, one or two sentences each."""
        found = (
            f"{why} {_STAYS if name in self.in_force.all else _STOPS}"
            for name in names
            if (why := self.in_force.why_wrong(name))
        )
        return list(dict.fromkeys(found))

    def playing(self, speaker: SpeakerName) -> list[ModelSpec]:
        """Return the models that can play ``speaker``, in the file's order."""
        return [spec for spec in self.models.values() if getattr(spec, speaker) is not None]


def read_catalogue() -> Catalogue:
    """Read models.toml each time, so that an edit shows without a restart."""
    in_force = read_models_in_force(settings.MODELS_FILE)
    return Catalogue(in_force.good, in_force)


def missing_piece(spec: ModelSpec) -> str:
    """Return a sentence that names what the model lacks on this machine. A worker elsewhere may have the key, but the site also
    needs the file, because its hash identifies the run."""
    if spec.file is not None and not spec.file.is_file():
        return f"Its file {spec.file} is missing." + (f" {spec.how_to_get_file}" if spec.package else "")
    if spec.key_env and not os.environ.get(spec.key_env):
        return f"The environment variable {spec.key_env} is not set."
    return ""


def name_with_label(spec: ModelSpec) -> str:
    """Return the model's name for a list of choices, with its label if it has one."""
    return f"{spec.name} ({spec.label})" if spec.label else spec.name


def name_with_shortcoming(spec: ModelSpec) -> str:
    """Return the model's name for a list of choices, with what it lacks on this machine in a few words."""
    if not missing_piece(spec):
        return spec.name
    has_file = spec.file is None or spec.file.is_file()
    return f"{spec.name} ({f'{spec.key_env} is not set' if has_file else 'its file is missing'})"


def provider_of(model: str) -> str:
    """Return the provider that receives messages to the model; empty for a model that runs here or is unknown."""
    spec = read_catalogue().in_force.all.get(model)
    return _provider(spec) if spec is not None and spec.is_remote else ""


def _provider(spec: ModelSpec) -> str:
    server = urlsplit(spec.base_url).hostname if spec.base_url else None
    if spec.api == "azure":
        return f"Microsoft Azure ({server})" if server else "Microsoft Azure"
    return server or "OpenAI"
