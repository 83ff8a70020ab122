"""An examination: trials of a model as responder and as inquirer with each candidate prompt set."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dialogue.backends import registry
from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.doctor.candidates import Refusal, find_candidates, find_responder
from dialogue.doctor.findings import Findings, count
from dialogue.doctor.trials import CASES, LIMIT, NO_ANSWER, choose_limit, try_inquirer, try_responder
from dialogue.model_config import ModelSpec
from dialogue.prompts import NamedPrompts, PromptSet


@dataclass(frozen=True, slots=True)
class Examination:
    """What the doctor found out about a model. ``memory`` is in bytes, None if it needs none on this machine.

    ``inquirer`` holds the findings for each prompt set, in the order of preference, and ``refusals`` the sets that the model
    cannot play.
    """

    model: str
    memory: int | None
    responder: Findings | None
    inquirer: tuple[Findings, ...]
    refusals: tuple[Refusal, ...] = ()

    @property
    def findings(self) -> tuple[Findings, ...]:
        return (*((self.responder,) if self.responder else ()), *self.inquirer)

    @property
    def speed(self) -> float | None:
        """Return the tokens per second of all dialogues together; None if the provider counts none."""
        tokens = sum(each.tokens for each in self.findings)
        seconds = sum(each.seconds for each in self.findings)
        return tokens / seconds if tokens and seconds else None


OnStep = Callable[[str], Awaitable[None]]


async def ignore(_step: str) -> None:
    """Ignore the step, because no one displays it."""


async def examine(
    spec: ModelSpec, model: ChatModel, chosen: NamedPrompts | None = None, on_step: OnStep = ignore
) -> Examination:
    """Play the trials one after another. ``on_step`` receives each step. Raises BackendError if the model does not answer."""
    responders, refusals = find_responder(spec)
    inquirers, refused = find_candidates(spec, chosen)
    answered, answers, limit = None, [NO_ANSWER] * len(CASES), LIMIT
    for candidate in responders:
        await on_step("answering as responder")
        limit = await choose_limit(spec, model, candidate)
        trial = await try_responder(spec, model, candidate, limit)
        answered, answers = count(trial), trial.answers
    asked: list[Findings] = []
    for candidate in inquirers:
        await on_step(f"asking as inquirer with the prompt set {candidate.reference}")
        try:
            asked.append(count(await try_inquirer(spec, model, candidate, answers, limit)))
        except ModelMisconfigured as error:
            # Only a request shows that a server enforces no schema.
            if not (isinstance(candidate.prompts, PromptSet) and candidate.prompts.schema_text):
                raise
            refused.append(Refusal(candidate.reference, str(error)))
    memory = registry.examine(spec).memory
    return Examination(spec.name, memory, answered, tuple(asked), (*refusals, *refused))
