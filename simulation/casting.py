"""Build the speakers of a dialogue from models.toml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.model_config import ModelSpec
from dialogue.prompts import PromptSet
from dialogue.seeds import SpeakerName, sampler_seed
from dialogue.speakers import Speaker
from rolellm.role_play import as_role
from simulation.models import Simulation
from simulation.roles import DEFAULT, PERSONA_TEMPLATE, fitted_prompts, recorded_roles, sentence_of, way_of
from simulation.run_prompts import prompt_set_of, prompts_of
from studies.language_models.identities import build_speaker, find_spec, is_still
from studies.models import CharacterSheet
from studies.roles import PlayedRole, assign_role, recall_role, with_role

OpenModel = Callable[[ModelSpec], ChatModel]
NO_SHEETS: Mapping[SpeakerName, CharacterSheet] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cast:
    """Everything ``roleplay`` needs for one cell. ``records`` is what its dialogue stores of characters, by speaker."""

    inquirer: Speaker
    responder: Speaker
    persona: str
    goal: str
    prompts: PromptSet
    max_turns: int
    records: Mapping[SpeakerName, dict[str, Any]] = field(default_factory=dict)

    def forget(self) -> None:
        """Let the models use what they remember of this dialogue for others, because it is over."""
        self.inquirer.forget()
        self.responder.forget()


@dataclass(frozen=True, slots=True)
class DialogueSpec:
    """What decides a dialogue: a run's ``configuration``, the sentence of the ``persona``, the text of the ``goal``, and what
    its seeds depend on. ``name`` tells its histories from those of other dialogues. ``sheets`` are those of the speakers that
    are characters, ``records`` their roles if the dialogue has begun."""

    configuration: dict[str, Any]
    persona: str
    goal: str
    seed: int
    code: str
    retry: int
    name: str
    sheets: Mapping[SpeakerName, CharacterSheet] = field(default_factory=dict)
    records: Mapping[SpeakerName, dict[str, Any]] = field(default_factory=dict)


def refuse_changed(models_file: Path, configuration: dict[str, Any], speaker: SpeakerName) -> None:
    """Raise ModelMisconfigured if the model is gone or no longer matches its description in the run's ``configuration``."""
    described = configuration[speaker]
    prompts = fitted_prompts(prompts_of(configuration, speaker), speaker, configuration)
    if not is_still(models_file, described, speaker, prompts):
        raise ModelMisconfigured(
            f"Model {described['model']!r} has changed since this run started. Restore it, or start a new run."
        )


@dataclass(frozen=True, slots=True)
class Casting:
    """Builds the cast of a cell from the models that ``models_file`` describes and ``open_model`` runs."""

    models_file: Path
    open_model: OpenModel

    def cast(self, cell: Simulation, sheets: Mapping[SpeakerName, CharacterSheet] = NO_SHEETS) -> Cast:
        """Return the cell's cast with the characters in these ``sheets``, by speaker.

        Raises ModelMisconfigured if a model is gone or has changed since the run started.
        """
        configuration, name = cell.run.configuration, f"simulation-{cell.pk}"
        sentence = sentence_of(cell.persona, configuration["features"], configuration.get(PERSONA_TEMPLATE, ""))
        seeds = (cell.seed, cell.persona.code, cell.retries)
        records = recorded_roles(cell.dialogue)
        return self.play(DialogueSpec(configuration, sentence, cell.goal.text, *seeds, name, sheets, records))

    def play(self, spec: DialogueSpec) -> Cast:
        """Return the cast of any dialogue. Raises ModelMisconfigured if a model is gone or has changed since it began."""
        played = {speaker: _play(spec, speaker) for speaker in spec.sheets}
        prompts = prompt_set_of(spec.configuration)
        return Cast(
            inquirer=self._speaker(spec, "inquirer", played.get("inquirer")),
            responder=self._speaker(spec, "responder", played.get("responder")),
            persona=spec.persona,
            goal=spec.goal,
            prompts=as_role(prompts, played["inquirer"].role) if "inquirer" in played else prompts,
            max_turns=spec.configuration["max_turns"],
            records={speaker: one.record for speaker, one in played.items()},
        )

    def _speaker(self, spec: DialogueSpec, speaker: SpeakerName, played: PlayedRole | None) -> Speaker:
        described = spec.configuration[speaker]
        refuse_changed(self.models_file, spec.configuration, speaker)
        model, table = find_spec(self.models_file, described["model"], speaker)
        prompts = prompts_of(spec.configuration, speaker).prompts
        if played:
            prompts = with_role(prompts, played.role)
        seed = partial(sampler_seed, spec.seed, spec.code, spec.goal, speaker, retry=spec.retry)
        return build_speaker(model, table, described, prompts, self.open_model(model), seed, f"{spec.name}-{speaker}")


def _play(spec: DialogueSpec, speaker: SpeakerName) -> PlayedRole:
    """Return the role that the dialogue has begun with, or choose the pairs of a new one."""
    sheet = spec.sheets[speaker]
    begun = recall_role(sheet, spec.records.get(speaker, {}))
    return begun or assign_role(sheet, way_of(spec.configuration, speaker) or DEFAULT, spec.goal)
