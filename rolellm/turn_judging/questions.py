"""What a judge is asked about one utterance of a role.

It is told neither the number of the turn nor who plays, so that it cannot score what it expects of long dialogues or of models.
"""

import hashlib
import json
from dataclasses import dataclass

from dialogue.messages import Message
from rolellm.languages import LANGUAGES, Language
from rolellm.prompts import fill, load

_PROMPT = "judge_turn"
_AGAIN: dict[Language, str] = {
    "en": "Your answer cannot be read: {problem} Answer again, only with the JSON object in the format above.",
    "zh": "无法读取你的回答：{problem} 请重新回答，只按上述格式输出 JSON 对象。",
}


@dataclass(frozen=True, slots=True)
class TurnQuestion:
    """An utterance of a role, and what the other speaker said immediately ``before`` it, which is empty for an opening.

    ``goal`` is what the inquirer of the dialogue wants to reach.
    """

    language: Language
    role: str
    description: str
    goal: str
    before: str
    utterance: str


def opening(asked: TurnQuestion) -> list[Message]:
    """Return the messages that ask a judge. What was said are JSON strings, so that none can imitate its own end."""
    said = {"topic": asked.goal, "said_before": asked.before, "utterance": asked.utterance}
    values = {
        "role_name": asked.role,
        "role_description_and_catchphrases": asked.description,
        "turn_dict": json.dumps({key: text for key, text in said.items() if text}, ensure_ascii=False),
    }
    return fill(load(_PROMPT, asked.language).corrected, values)


def again(problem: str, language: Language) -> Message:
    """Return the message that names the ``problem`` of an answer and asks again: a greedy model would repeat itself."""
    return Message("user", _AGAIN[language].replace("{problem}", problem))


def digest() -> str:
    """Return the hash of everything that a judge reads beside the role and the utterance."""
    printed = [each.content for language in LANGUAGES for each in load(_PROMPT, language).corrected]
    return hashlib.sha256("\x1f".join([*printed, *_AGAIN.values()]).encode()).hexdigest()
