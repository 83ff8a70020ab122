"""The questions with which a model describes a role, after people have seen what it knows (section 2.2, appendix I.4)."""

from dataclasses import dataclass
from typing import Literal

from dialogue.messages import Message
from rolellm.descriptions import strip_opening
from rolellm.languages import Language
from rolellm.prompts import fill, load

Step = Literal["audit", "third_person", "second_person", "catchphrases"]
_PROMPTS: dict[Step, str] = {
    "third_person": "description_third_person",
    "second_person": "description_second_person",
    "catchphrases": "catchphrases",
}
_SAYS: dict[Language, str] = {"en": '{role} in "{script}"', "zh": "《{script}》中的{role}"}
_PHRASES: dict[Language, tuple[str, str]] = {
    "en": ("In \"{script}\", what's {role}'s catchphrase?", "What's {role}'s catchphrase?"),
    "zh": ("《{script}》中{role}的口头禅是什么？", "{role}的口头禅是什么？"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a step asks about: a question, the role, or the description to convert."""

    step: Step
    text: str


def opening_questions(name: str, script: str, language: Language) -> list[Question]:
    """Return the questions that depend on no answer: five for the audit, the description, the catchphrases.

    ``script`` is the title of the play, film or series; empty if it is unknown.
    """
    role = _SAYS[language].format(role=name, script=script) if script else name
    audit = fill(load("audit_questions", language).messages, {"role": role})
    phrases = _PHRASES[language][0 if script else 1].format(role=name, script=script)
    return [
        *(Question("audit", message.content) for message in audit),
        Question("third_person", role),
        Question("catchphrases", phrases),
    ]


def second_person(description: str) -> Question:
    """Return the question that turns an answer in the third person into the second."""
    return Question("second_person", strip_opening(description))


def messages_for(question: Question, language: Language) -> list[Message]:
    """Return the messages that ask the question.

    The paper shows the first prompt without the role and the last without the question: they follow as the user's message.
    """
    if question.step == "audit":
        return [Message("user", question.text)]
    printed = load(_PROMPTS[question.step], language).messages
    if question.step == "second_person":
        return fill(printed, {"description": question.text})
    if question.step == "third_person":
        return [*printed, Message("user", question.text)]
    return [Message("user", f"{printed[0].content}\n{question.text}")]
