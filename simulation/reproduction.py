"""Programme files that make a run again."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from dialogue.backends.base import ModelMisconfigured
from dialogue.seeds import SPEAKERS
from simulation.models import Run
from simulation.roles import fitted_prompts, kept_roles
from simulation.run_prompts import prompts_of
from studies.language_models.identities import CHOSEN_SAMPLING, is_still

Cell = tuple[int, int, str]
"""Seed, number of the goal, code of the persona."""


@dataclass(frozen=True, slots=True)
class Block:
    """Cells with every combination of these goals, personas and seeds, each in order."""

    goals: tuple[int, ...]
    personas: tuple[str, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeText:
    """A programme file to download."""

    name: str
    text: str

    @property
    def command(self) -> str:
        return f"python manage.py simulate --from {self.name}"


def write_programmes(run: Run) -> list[ProgrammeText]:
    """Return the files that together request exactly the run's cells, without cancelled ones.

    It is one file, unless batches with different goals or personas made the run.
    """
    wanted = run.simulations.filter(is_cancelled=False).order_by()
    blocks = blocks_of(wanted.values_list("seed", "goal__number", "persona__code"))
    names = [f"run-{run.token}{f'-{number}' if number > 1 else ''}.toml" for number in range(1, len(blocks) + 1)]
    return [ProgrammeText(name, _write(run, block, name)) for name, block in zip(names, blocks, strict=True)]


def blocks_of(cells: Iterable[Cell]) -> list[Block]:
    """Divide the cells into few blocks: goals of a seed with the same personas, and seeds with the same blocks."""
    personas: dict[tuple[int, int], set[str]] = defaultdict(set)
    for seed, goal, persona in cells:
        personas[seed, goal].add(persona)
    goals: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for (seed, goal), codes in sorted(personas.items()):
        goals[seed, tuple(sorted(codes))].append(goal)
    seeds: dict[tuple[tuple[int, ...], tuple[str, ...]], list[int]] = defaultdict(list)
    for (seed, known), numbers in goals.items():
        seeds[tuple(numbers), known].append(seed)
    return [Block(numbers, known, tuple(found)) for (numbers, known), found in seeds.items()]


def obstacles(run: Run, models_file: Path | None = None) -> list[str]:
    """Return why the command would not find this run now, in sentences; none if it would."""
    found = []
    for speaker in SPEAKERS:
        described = run.configuration[speaker]
        try:
            chosen = fitted_prompts(prompts_of(run.configuration, speaker), speaker, run.configuration)
            if not is_still(models_file or settings.MODELS_FILE, described, speaker, chosen):
                found.append(f"Model {described['model']!r} has changed since. The command would start another run.")
        except ModelMisconfigured as error:
            found.append(str(error))
    return list(dict.fromkeys(found))


def _write(run: Run, block: Block, name: str) -> str:
    values = (
        {
            "study": run.study.slug,
            "inquirer": run.inquirer,
            "responder": run.responder,
            "goals": list(block.goals),
            "personas": list(block.personas),
            "features": run.configuration["features"],
            "seeds": list(block.seeds),
            "max_turns": run.configuration["max_turns"],
        }
        | _prompts(run)
        | kept_roles(run.configuration)
        | _sampling(run)
        | ({"concurrency": run.concurrency} if run.concurrency else {})
    )
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join([*_comments(run, name), "", *lines, ""])


def _prompts(run: Run) -> dict[str, str]:
    """Return the prompt sets that the run records."""
    recorded = {speaker: run.configuration[speaker].get("prompts") for speaker in SPEAKERS}
    return {f"{speaker}_prompts": reference for speaker, reference in recorded.items() if reference}


def _sampling(run: Run) -> dict[str, dict[str, float]]:
    """Return the sampling settings that replaced those of the responder."""
    chosen = run.configuration["responder"].get(CHOSEN_SAMPLING)
    return {"responder_sampling": chosen} if chosen else {}


def _comments(run: Run, name: str) -> list[str]:
    """Return comments that say what made the run, because models.toml and the software may have changed."""
    models = [f"# {speaker}: {_describe(run.configuration[speaker])}" for speaker in SPEAKERS]
    made = [f"# software: {run.provenance['software']}"] if run.provenance else []
    return [
        f"# Run {run.token}, created {run.created_at:%Y-%m-%d}. Repeat it: python manage.py simulate --from {name}",
        *models,
        *made,
    ]


def _describe(side: Mapping[str, Any]) -> str:
    """Return the model, and what else is recorded: a synthetic run was made without any."""
    recorded = (side.get(key) for key in ("backend", "fingerprint"))
    return ", ".join([_toml(side["model"]), *(_toml(value) for value in recorded if value)])


def _toml(value: object) -> str:
    """Return the value as TOML, whose strings, numbers and lists are those of JSON except for the character DEL."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
