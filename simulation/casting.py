"""Build the speakers of a dialogue from models.toml."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dialogue import personas
from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.model_config import ModelSpec
from dialogue.prompts import PromptSet
from dialogue.seeds import SpeakerName, sampler_seed
from dialogue.speakers import Speaker
from simulation.models import Simulation
from simulation.requests import limit_features
from simulation.run_prompts import prompt_set_of, prompts_of
from studies.language_models.identities import build_speaker, find_spec, is_still

OpenModel = Callable[[ModelSpec], ChatModel]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everything ``roleplay`` needs for one cell."""

    inquirer: Speaker
    responder: Speaker
    persona: str
    goal: str
    prompts: PromptSet
    max_turns: int

    def forget(self) -> None:
        """Let the models use what they remember of this dialogue for others, because it is over."""
        self.inquirer.forget()
        self.responder.forget()


@dataclass(frozen=True, slots=True)
class DialogueSpec:
    """What decides a dialogue: a run's ``configuration``, the sentence of the ``persona``, the text of the ``goal``, and what
    its seeds depend on. ``name`` tells its histories from those of other dialogues."""

    configuration: dict[str, Any]
    persona: str
    goal: str
    seed: int
    code: str
    retry: int
    name: str


def refuse_changed(models_file: Path, configuration: dict[str, Any], speaker: SpeakerName) -> None:
    """Raise ModelMisconfigured if the model is gone or no longer matches its description in the run's ``configuration``."""
    described = configuration[speaker]
    if not is_still(models_file, described, speaker, prompts_of(configuration, speaker)):
        raise ModelMisconfigured(
            f"Model {described['model']!r} has changed since this run started. Restore it, or start a new run."
        )


@dataclass(frozen=True, slots=True)
class Casting:
    """Builds the cast of a cell from the models that ``models_file`` describes and ``open_model`` runs."""

    models_file: Path
    open_model: OpenModel

    def cast(self, cell: Simulation) -> Cast:
        """Return the cell's cast. Raises ModelMisconfigured if a model is gone or has changed since the run started."""
        run = cell.run
        sentence = personas.describe(limit_features(cell.persona.features, run.configuration["features"]))
        seeds = (cell.seed, cell.persona.code, cell.retries)
        return self.play(DialogueSpec(run.configuration, sentence, cell.goal.text, *seeds, f"simulation-{cell.pk}"))

    def play(self, spec: DialogueSpec) -> Cast:
        """Return the cast of any dialogue. Raises ModelMisconfigured if a model is gone or has changed since it began."""
        inquirer = self._speaker(spec, "inquirer")
        return Cast(
            inquirer=inquirer,
            responder=self._speaker(spec, "responder"),
            persona=spec.persona,
            goal=spec.goal,
            prompts=prompt_set_of(spec.configuration),
            max_turns=spec.configuration["max_turns"],
        )

    def _speaker(self, spec: DialogueSpec, speaker: SpeakerName) -> Speaker:
        described = spec.configuration[speaker]
        refuse_changed(self.models_file, spec.configuration, speaker)
        model, table = find_spec(self.models_file, described["model"], speaker)
        prompts = prompts_of(spec.configuration, speaker).prompts
        seed = partial(sampler_seed, spec.seed, spec.code, spec.goal, speaker, retry=spec.retry)
        return build_speaker(model, table, described, prompts, self.open_model(model), seed, f"{spec.name}-{speaker}")
