"""What a model receives with a prompt set before its first and its second output, without asking it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.backends import registry
from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, render
from dialogue.backends.fitting import speaking_role
from dialogue.backends.template_environment import TemplateMisfit
from dialogue.messages import Message
from dialogue.model_config import ModelSpec
from dialogue.prompts import AnyPrompts, PromptSet
from dialogue.roleplay import inquirer_history, responder_history
from dialogue.system_text import place_system
from rolellm.role_play import Role
from simulation.prompt_sets.characters import mark_of, played_by
from simulation.prompt_sets.scene import Scene


@dataclass(frozen=True, slots=True)
class ExampleTurn:
    """An invented turn, because only a model could say what it would really be."""

    utterance: str
    response: str


EXAMPLE = ExampleTurn("Where should I begin?", "Begin with what you know already. Then ask me about the rest.")


@dataclass(frozen=True, slots=True)
class Prompted:
    """The messages before an output, as they are placed, and what the model's chat template makes of them. ``marks`` says for
    each message what of a character it contains.

    ``rendered`` is empty if its server renders them; ``tokens`` is None if they are not counted.
    """

    turn: int
    messages: Sequence[Message]
    marks: Sequence[str]
    rendered: str
    tokens: int | None

    @property
    def marked(self) -> list[tuple[Message, str]]:
        """Return each message with its mark."""
        return list(zip(self.messages, self.marks, strict=True))


@dataclass(frozen=True, slots=True)
class Preview:
    """The prompts of the first two turns for the model, or the reason why it cannot play this set."""

    model: str
    prompted: Sequence[Prompted]
    problem: str
    schema: str

    @property
    def is_rendered(self) -> bool:
        return any(one.rendered for one in self.prompted)


def preview(prompts: AnyPrompts, scene: Scene) -> Preview:
    """Return the preview with the scene's persona, goal, character if the speaker plays one, and model of the set's speaker."""
    spec, role = scene.models[prompts.speaker], scene.roles.get(prompts.speaker)
    try:
        played = played_by(prompts, role)
    except ModelMisconfigured as error:
        return Preview(spec.name if spec else "", [], str(error), _schema(prompts))
    histories = _histories(played, scene)
    plain = [
        Prompted(turn, messages, _marks(messages, role, prompts), "", None)
        for turn, messages in enumerate(histories, start=1)
    ]
    if spec is None:
        words = f"No model in models.toml can be the {prompts.speaker}, so the messages are shown without a template."
        return Preview("", plain, words, _schema(prompts))
    try:
        placed = [place_system(messages, registry.fit_prompts(spec, played).system) for messages in histories]
        template = registry.find_template(spec)
        shown = [
            Prompted(
                turn,
                said,
                _marks(said, role, prompts),
                _rendered(template, said, prompts),
                _count(spec, said, prompts),
            )
            for turn, said in enumerate(placed, start=1)
        ]
    except ModelMisconfigured as error:
        return Preview(spec.name, plain, str(error), _schema(prompts))
    return Preview(spec.name, shown, _marks_within(prompts, scene.goal), _schema(prompts))


def _marks(messages: Sequence[Message], role: Role | None, prompts: AnyPrompts) -> list[str]:
    return [mark_of(message, role, prompts) if role else "" for message in messages]


def _histories(prompts: AnyPrompts, scene: Scene) -> list[list[Message]]:
    pasts: list[list[ExampleTurn]] = [[], [EXAMPLE]]
    if isinstance(prompts, PromptSet):
        return [inquirer_history(prompts, scene.persona, scene.goal, past).without(0) for past in pasts]
    return [responder_history(prompts.open(), past, EXAMPLE.utterance).without(0) for past in pasts]


def _rendered(template: ChatTemplate | None, messages: Sequence[Message], prompts: AnyPrompts) -> str:
    if template is None:
        return ""
    try:
        parts = render(template, messages, control_tokens=(), role=speaking_role(prompts))
    except TemplateMisfit as misfit:
        raise ModelMisconfigured(f"The model's chat template {misfit.what}. Choose another model.") from misfit
    return "".join(part.text for part in parts)


def _count(spec: ModelSpec, messages: Sequence[Message], prompts: AnyPrompts) -> int | None:
    try:
        return registry.count_prompt(spec, messages, speaking_role(prompts))
    except ModelMisconfigured:  # the model's file is not on this machine
        return None


def _marks_within(prompts: AnyPrompts, goal: str) -> str:
    marks = prompts.reading.marks if isinstance(prompts, PromptSet) else ()
    found = next((mark for mark in marks if mark in goal), "")
    return f"The goal contains the mark “{found}”, so a run would refuse this set. Choose other marks." if found else ""


def _schema(prompts: AnyPrompts) -> str:
    return prompts.schema_text if isinstance(prompts, PromptSet) else ""
