"""RoleGPT: a chat model is asked to be a role, in three ways (section 2.2, appendix I.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from dialogue.messages import Message
from rolellm.languages import Language
from rolellm.pairs import Pair
from rolellm.prompts import Prompt, fill, load

Elicitation = Literal["zero-shot", "few-shot", "dialogue"]
ELICITATIONS: tuple[Elicitation, ...] = get_args(Elicitation)
_PROMPTS: dict[Elicitation, str] = {
    "zero-shot": "rolegpt_zero_shot",
    "few-shot": "rolegpt_few_shot_prompt",
    "dialogue": "rolegpt_few_shot_dialogue",
}
_FIRST_PAIR = "{few_shot_demonstration_"


@dataclass(frozen=True, slots=True)
class Character:
    """Whom the model is to be: the name, and the description with the catchphrases in one text."""

    name: str
    description: str
    language: Language = "en"


def elicit(
    way: Elicitation,
    character: Character,
    instruction: str,
    pairs: Sequence[Pair] = (),
    *,
    user_name: str = "",
    is_as_printed: bool = False,
) -> list[Message]:
    """Return the messages that let a chat model answer ``instruction`` as the character.

    Zero-shot (zsp) uses no ``pairs``; few-shot (fsp) puts them into the last message; dialogue engineering (fsd, RoleGPT
    proper) lets them precede as if they had been said. Without ``user_name`` the instruction is sent bare, as the sketches of
    the paper and OpenCompass have it; with it, wrapped as the templates are printed. ``is_as_printed`` keeps slips of the
    print. Few-shot without pairs is zero-shot, because the prompt would speak of demonstrations that are not there.
    """
    if way == "few-shot" and not pairs:
        way = "zero-shot"
    prompt = load(_PROMPTS[way], character.language)
    messages = prompt.messages if is_as_printed else prompt.corrected
    if not user_name:
        messages = _unwrapped(messages, prompt)
    values = {
        "role_name": character.name,
        "role_description_and_catchphrases": character.description,
        "user_name": user_name,
        "user_instruction": instruction.strip(),
        "few_shot_demonstrations": "\n".join(f"{pair.question}\n{pair.answer}" for pair in pairs),
    }
    opening, closing = _around_pairs(messages)
    said = [message for pair in pairs for message in _as_said(pair)] if way == "dialogue" else []
    return [*fill(opening, values), *said, *fill(closing, values)]


def _unwrapped(messages: Sequence[Message], prompt: Prompt) -> tuple[Message, ...]:
    return tuple(Message(each.role, each.content.replace(prompt.wrapping, "{user_instruction}")) for each in messages)


def _around_pairs(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Return the messages before and after the printed first pair, which stands for all."""
    kept = [each for each in messages if not each.content.startswith(_FIRST_PAIR)]
    return kept[:-1], kept[-1:]


def _as_said(pair: Pair) -> tuple[Message, Message]:
    return Message("user", pair.question), Message("assistant", pair.answer)
