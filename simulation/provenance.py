"""What the dialogues of a run, or a branch, depend on beside its configuration: software, seed rule, libraries, batching.

None of it is part of the run's identity: after an update of a library, a repeated command must continue the run instead of
starting another one. It is stored when the run is created, and for each worker that plays the run with anything else.
"""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue import seeds
from dialogue.backends.provenance import Determinism
from dialogue.code_version import code_version
from dialogue.seeds import SPEAKERS
from rolellm.code_version import rolellm_version
from simulation.casting import Cast
from simulation.models import Branch, Environment, Run
from simulation.roles import kept_roles
from simulation.run_prompts import prompts_of
from studies.language_models.identities import find_spec
from studies.language_models.provenance import describe_provenance

Content = dict[str, Any]
_WEAKEST_FIRST: tuple[Determinism, ...] = ("none", "same batch only", "exact")
_PARTS = {"prompts": "prompt set", "template": "chat template", "libraries": "libraries", "determinism": "determinism"}


def describe_played(models_file: Path, configuration: Mapping[str, Any]) -> Content:
    """Return what dialogues with this ``configuration`` depend on here. Raises ModelMisconfigured."""
    rule = {"name": seeds.RULE, "version": seeds.RULE_VERSION}
    parts = [code_version(), *([rolellm_version()] if kept_roles(configuration) else [])]
    found: Content = {"software": ", ".join(parts), "seed_rule": rule}
    for speaker in SPEAKERS:
        described = configuration[speaker]
        spec, _ = find_spec(models_file, described["model"], speaker)
        found[speaker] = describe_provenance(spec, prompts_of(configuration, speaker))
    return found


def describe_worker(models_file: Path, cast_: Cast, configuration: Mapping[str, Any], concurrency: int) -> Content:
    """Return the same for a worker that plays ``concurrency`` dialogues at once with loaded models, with their slots."""
    found = describe_played(models_file, configuration)
    for speaker in SPEAKERS:
        model = getattr(cast_, speaker).model
        found[speaker] |= {"slots": model.capacity, "engine": model.engine}
    here = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    return found | here | {"concurrency": concurrency}


def determinism(*contents: Content) -> Determinism | None:
    """Return the weakest label of any speaker in these; None if nothing was recorded, as for imported runs."""
    labels = {content[speaker]["determinism"] for content in contents for speaker in SPEAKERS if speaker in content}
    return next((label for label in _WEAKEST_FIRST if label in labels), None)


MEANINGS: dict[Determinism, str] = {
    "exact": "The same model, settings and seed give the same dialogue, whatever else is simulated at the same time.",
    "same batch only": "The same dialogue results only if the same requests are answered together, for example one at a time.",
    "none": "A provider answers, so a repeated dialogue may differ.",
}


@dataclass(frozen=True, slots=True)
class EnvironmentLine:
    """What workers played a run or branch with, and what had changed since it was created."""

    environment: Environment
    changes: list[str]

    @property
    def content(self) -> Content:
        return dict(self.environment.content)

    def as_object(self) -> dict[str, Any]:
        """Return it for JSON, under the name of the first such worker."""
        stored = self.environment
        named = {"worker": stored.worker, "recorded_at": stored.recorded_at.isoformat(), "changes": self.changes}
        return named | {"content": self.content}

    @property
    def libraries(self) -> str:
        found = {name: number for speaker in SPEAKERS for name, number in self.content[speaker]["libraries"].items()}
        return ", ".join(f"{name} {number}" for name, number in found.items()) or "none"

    @property
    def engines(self) -> str:
        found = {speaker: self.content[speaker].get("engine") for speaker in SPEAKERS}
        return "; ".join(f"{speaker}: {engine}" for speaker, engine in found.items() if engine)

    @property
    def slots(self) -> str:
        return ", ".join(f"{speaker} {self.content[speaker]['slots'] or 'unlimited'}" for speaker in SPEAKERS)


@dataclass(frozen=True, slots=True)
class PlayedProvenance:
    """The provenance of a run or branch as its page shows it."""

    determinism: Determinism | None
    environments: list[EnvironmentLine]

    @property
    def meaning(self) -> str:
        return MEANINGS[self.determinism] if self.determinism else ""


def read_provenance(job: Run | Branch) -> PlayedProvenance:
    """Read the provenance of a run or branch. A worker may have weakened its label, for example by a GPU."""
    lines = [EnvironmentLine(one, changes(job.provenance, one.content)) for one in job.environments.order_by("pk")]
    return PlayedProvenance(determinism(job.provenance, *(line.content for line in lines)), lines)


def changes(before: Content, after: Content) -> list[str]:
    """Return what differs between the creation of a run and a worker that played it, in words."""
    return list(_changes(before, after)) if before else []


def _changes(before: Content, after: Content) -> Iterator[str]:
    if before["software"] != after["software"]:
        yield "software"
    if before["seed_rule"] != after["seed_rule"]:
        yield "seed rule"
    for speaker in SPEAKERS:
        for part, words in _PARTS.items():
            if before[speaker][part] != after[speaker][part]:
                yield f"{words} of the {speaker}"
