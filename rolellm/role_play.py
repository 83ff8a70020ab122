"""A character as a speaker of LLM Roleplay: over many turns, with a goal (inquirer) or with questions to answer (responder).

The paper's method is single-turn, so the rules here are this project's; docs/rolellm.md lists them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.messages import Message
from dialogue.prompts import PromptSet, ResponderPrompts
from rolellm.elicitation import Character, Elicitation, elicit
from rolellm.pairs import Demonstrations, Pair, Retrieved

_SHAPE = Character("Somebody", "You are \u201csomebody\u201d & speak < 9 words.")
_SHAPE_PAIRS = (Pair(0, "Who goes\nthere?", "It is **I**."), Pair(1, "Why?", "1. For honour."))


@dataclass(frozen=True, slots=True)
class Role:
    """A character in one dialogue: how it is elicited, and its demonstration pairs for the dialogue's goal, best first."""

    character: Character
    way: Elicitation
    pairs: tuple[Pair, ...] = ()

    def elicit(self, instruction: str) -> list[Message]:
        """Return RoleGPT's messages for one instruction."""
        return elicit(self.way, self.character, instruction, self.pairs)


def retrieve(character: Character, way: Elicitation, pairs: Sequence[Pair], goal: str) -> tuple[Role, list[Retrieved]]:
    """Return the character's role in a dialogue about ``goal``, and its pairs with their scores; none for zero-shot."""
    found = [] if way == "zero-shot" else Demonstrations(pairs, character.language).best(goal)
    return Role(character, way, tuple(one.pair for one in found)), found


def sample_role(way: Elicitation) -> Role:
    """Return a synthetic role, for checking whether a chat template passes on all messages of any role."""
    return Role(_SHAPE, way, () if way == "zero-shot" else _SHAPE_PAIRS)


class UnsuitablePrompts(ValueError):
    """No character can be elicited with this prompt set; the message says why, as a clause."""


class RolePrompts(PromptSet):
    """A prompt set whose inquirer is a character. Its forwarder and its rules of reading and ending stay as they are.

    The opening is RoleGPT's: the system text of the prompt set follows RoleGPT's in the same message, and its first user
    message takes the place of RoleGPT's instruction, behind the pairs. <PERSONA> is the character's name, because RoleGPT's
    system text has the description. The answers of pairs that precede are written as the inquirer's utterances are, for
    example in quotation marks, so that they demonstrate the form too.
    """

    role: Role

    @property
    def needs_system(self) -> bool:
        return True

    def open(self, persona: str, goal: str) -> list[Message]:
        before, instruction, after = _divided(super().open(persona, goal))
        system, *said, asked = self.role.elicit(instruction.content)
        texts = [system.content, *(each.content for each in before if each.role == "system")]
        spoken = [each for each in before if each.role != "system"]
        return [Message("system", "\n\n".join(texts)), *spoken, *map(self._as_written, said), asked, *after]

    def _as_written(self, message: Message) -> Message:
        return self.said(message.content) if message.role == "assistant" else message


class RoleResponderPrompts(ResponderPrompts):
    """The instruction of a responder that is a character: RoleGPT's system text, then that of the prompt set, and the pairs as
    if they had been said. The utterances of the dialogue follow unchanged."""

    role: Role

    @property
    def needs_system(self) -> bool:
        return True

    def open(self) -> list[Message]:
        system, *said, _ = self.role.elicit("")
        texts = [system.content, *(message.content for message in super().open())]
        return [Message("system", "\n\n".join(texts)), *said]


def as_role(prompts: PromptSet, role: Role) -> RolePrompts:
    """Return the prompt set with the character as its inquirer. Raises UnsuitablePrompts."""
    if prompts.speaks_as == "user":
        raise UnsuitablePrompts(
            "it is for models that write the user's messages, and RoleGPT's system text speaks to an assistant"
        )
    if all(message.role != "user" for message in prompts.opening):
        raise UnsuitablePrompts("its opening has no user message, so there is no place for the character's instruction")
    return RolePrompts(**_fields(prompts), role=role)


def as_role_responder(prompts: ResponderPrompts, role: Role) -> RoleResponderPrompts:
    """Return the instruction with the character as its responder."""
    return RoleResponderPrompts(**_fields(prompts), role=role)


def _fields(prompts: PromptSet | ResponderPrompts) -> dict[str, object]:
    return {name: getattr(prompts, name) for name in type(prompts).model_fields}


def _divided(opening: Sequence[Message]) -> tuple[Sequence[Message], Message, Sequence[Message]]:
    """Return the first user message with the messages before and after it."""
    place = next(number for number, message in enumerate(opening) if message.role == "user")
    return opening[:place], opening[place], opening[place + 1 :]
