"""What a judge is asked about two answers to a question (appendix I.5).

The paper only asks the judge to avoid position bias. Here answers are anonymous, and each pair is asked about in both orders.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.messages import Message
from rolellm.languages import LANGUAGES, Language
from rolellm.prompts import fill, load

NAMES = ("Model 1", "Model 2")
"""What the answers' models are called, in the order in which the judge sees them."""
_AS_JSON: dict[Language, str] = {"en": "Write the list as JSON.", "zh": "请把这个列表写成 JSON。"}
"""What the printed prompt lacks: of a Python list and a JSON list, the second is easier to read without doubt."""
_AGAIN: dict[Language, str] = {
    "en": "Your answer cannot be read: {problem} Answer again, only with the list in the format above.",
    "zh": "无法读取你的回答：{problem} 请重新回答，只按上述格式输出列表。",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a role and the ``answers`` to rank, in the order in which the judge sees them.

    ``references`` are known to be right, so that the judge can tell what the role knows.
    """

    language: Language
    role: str
    description: str
    question: str
    answers: tuple[str, str]
    references: tuple[str, ...] = ()


def opening(asked: Question) -> list[Message]:
    """Return the messages that ask a judge. Answers are JSON strings, so that none can imitate another's end."""
    values = {
        "role_name": asked.role,
        "role_description_and_catchphrases": asked.description,
        "question_dict": _json(_question(asked)),
        "list_model_answer_dict": _json(
            [{"model": name, "answer": answer} for name, answer in zip(NAMES, asked.answers, strict=True)]
        ),
    }
    *before, last = fill(load("judge_ranking", asked.language).corrected, values)
    return [*before, Message(last.role, f"{last.content.strip()}\n{_AS_JSON[asked.language]}")]


def again(problem: str, language: Language) -> Message:
    """Return the message that names the ``problem`` of an answer and asks again: a greedy model would repeat itself."""
    return Message("user", _AGAIN[language].replace("{problem}", problem))


def digest() -> str:
    """Return the hash of everything that a judge reads beside the question and its answers."""
    printed = [each.content for language in LANGUAGES for each in load("judge_ranking", language).corrected]
    return hashlib.sha256("\x1f".join([*printed, *_AS_JSON.values(), *_AGAIN.values(), *NAMES]).encode()).hexdigest()


def _question(asked: Question) -> dict[str, object]:
    told: dict[str, object] = {"question": asked.question.strip()}
    return told | ({"reference_answers": list(asked.references)} if asked.references else {})


def _json(value: Sequence[object] | dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False)
