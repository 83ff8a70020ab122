"""What a character adds to a prompt set that is previewed or tried: whole prompts, and marks on messages that it is part of."""

from pydantic import BaseModel, ConfigDict

from dialogue.backends.base import ModelMisconfigured
from dialogue.messages import Message
from dialogue.prompts import AnyPrompts, PromptSet
from rolellm.elicitation import Character, Elicitation
from rolellm.languages import Language
from rolellm.pairs import Pair
from rolellm.role_play import Role, UnsuitablePrompts
from studies.roles import with_role

SYSTEM, PAIRS = "the character’s system text", "the character’s demonstrations"


class TriedRole(BaseModel):
    """A role as a try carries it from output to output, so that a changed character cannot change a try in progress."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    language: Language
    way: Elicitation
    pairs: tuple[tuple[int, str, str], ...]

    @classmethod
    def of(cls, role: Role) -> "TriedRole":
        """Return the role in this form."""
        one = role.character
        pairs = tuple((pair.diag_id, pair.question, pair.answer) for pair in role.pairs)
        return cls(name=one.name, description=one.description, language=one.language, way=role.way, pairs=pairs)

    @property
    def role(self) -> Role:
        character = Character(self.name, self.description, self.language)
        return Role(character, self.way, tuple(Pair(*pair) for pair in self.pairs))


def played_by(prompts: AnyPrompts, role: Role | None) -> AnyPrompts:
    """Return the prompt set with the character as its speaker, if there is one. Raises ModelMisconfigured."""
    if role is None:
        return prompts
    try:
        return with_role(prompts, role)
    except UnsuitablePrompts as error:
        raise ModelMisconfigured(
            f"No character can play with this prompt set: {error}. Choose a person as the persona, or change the set."
        ) from error


def mark_of(message: Message, role: Role, prompts: AnyPrompts) -> str:
    """Return in words what of the character the message contains; empty for nothing."""
    has_system = role.elicit("")[0].content in message.content
    found = [*([SYSTEM] if has_system else []), *([PAIRS] if _has_pairs(message, role, prompts) else [])]
    return " and ".join(found)


def _has_pairs(message: Message, role: Role, prompts: AnyPrompts) -> bool:
    if role.way == "few-shot":
        return bool(role.pairs) and all(pair.answer in message.content for pair in role.pairs)
    if message.role == "user":
        return any(message.content.endswith(pair.question) for pair in role.pairs)
    return any(message.content == _written(pair.answer, prompts) for pair in role.pairs)


def _written(answer: str, prompts: AnyPrompts) -> str:
    return prompts.said(answer).content if isinstance(prompts, PromptSet) else answer
