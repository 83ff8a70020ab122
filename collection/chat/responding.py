"""From a stored message to a speaker with a history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.models import ModelSpec
from dialogue.roleplay import responder_history
from dialogue.seeds import sampler_seed
from dialogue.speakers import History, Speaker
from dialogue.thought_marks import Kind
from dialogue.thoughts import split
from studies.language_models.identities import build_speaker, find_side, is_still
from studies.models import Dialogue, Generation, Output, Turn

OpenModel = Callable[[ModelSpec], ChatModel]


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that one try at a reply needs to know. ``past`` is what the chatbot remembers of the dialogue.

    ``thought`` is the kind of thought whose beginning the chatbot's server leaves out, judging by its latest answer.
    """

    generation: int
    token: str
    position: int
    attempt: int
    utterance: str
    past: tuple[Turn, ...]
    responder: dict[str, Any]
    seed: Callable[[int, int], int]
    thought: Kind | None = None

    @property
    def model(self) -> str:
        return str(self.responder["model"])

    def history(self, speaker: Speaker) -> History:
        return responder_history(speaker.system, self.past, self.utterance)


def read_question(generation: Generation, past: Iterable[Turn]) -> Question:
    """Return the question for the chatbot; ``past`` are the earlier answered turns."""
    turn, dialogue = generation.turn, generation.turn.dialogue
    return Question(
        generation=generation.pk,
        token=dialogue.token,
        position=turn.position,
        attempt=generation.attempt,
        utterance=turn.utterance,
        past=tuple(past),
        responder=dialogue.responder,
        seed=_seed(dialogue),
        thought=_thought(dialogue),
    )


def find_speaker(models_file: Path, question: Question, open_model: OpenModel) -> Speaker:
    """The speaker that answers, its model loaded if it was not: that takes long. Raises ModelMisconfigured."""
    if not is_still(models_file, _of_any_version(question.responder), "responder"):
        raise ModelMisconfigured(
            f"Model {question.model!r} is no longer what this dialogue began with: restore it in models.toml."
        )
    spec, table = find_side(models_file, question.model, "responder")
    model = open_model(spec)
    if question.thought:
        model.expect_thought(question.thought)
    return build_speaker(spec, table, question.responder, "responder", model, question.seed, f"chat-{question.token}")


def _of_any_version(responder: dict[str, Any]) -> dict[str, Any]:
    """Return the description without the version of the rule about thoughts.

    After an upgrade a run can start again, but a participant in the middle of a dialogue cannot.
    """
    return {key: value for key, value in responder.items() if key != "thoughts"}


def _thought(dialogue: Dialogue) -> Kind | None:
    """Return the kind of thought that an API's chatbot last ended without beginning it, in any process.

    Unlike a template, a server does not show that its answers begin with a thought, and participants must not read one."""
    if dialogue.responder.get("backend") != "openai":
        return None
    outputs = Output.objects.filter(dialogue__study=dialogue.study_id, side="responder").order_by("-pk")
    last = outputs.values_list("raw", "dialogue__responder").first()
    return split(last[0]).closed_alone if last and last[1] == dialogue.responder else None


def _seed(dialogue: Dialogue) -> Callable[[int, int], int]:
    """The sampler's seed for (turn, attempt); a participant's dialogue has a seed of its own."""
    return partial(sampler_seed, dialogue.seed or 0, dialogue.persona.code, dialogue.goal.text, "responder")
