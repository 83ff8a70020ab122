"""How a persona words its questions, and how people type."""

import re
from collections.abc import Mapping
from random import Random

from dialogue.personas import Feature, load_listed, load_questionnaire

_ADDED = {
    "Doctoral degree": ("Be precise.", "Give the reasoning.", "Please justify it."),
    "Professional degree": ("Keep it practical.", "Be precise."),
    "Master's degree": ("Be specific.", "Keep it short.", "Give the details."),
    "Bachelor's degree": ("Keep it short.", "Be clear."),
    "Less than high school degree": ("Use easy words.", "Keep it simple."),
    "High school graduate": ("Keep it simple.", "In plain words."),
    "Some college but no degree": ("Keep it simple.", "Nothing fancy."),
}
_ADDED_BY_AGE = {
    "45 to 54": ("Step by step.", "No jargon."),
    "55 to 64": ("Step by step.", "No jargon."),
    "65 or older": ("Step by step, please.", "Explain it slowly."),
}
_ADDED_BY_LANGUAGE = {"No": ("In simple English.", "Use simple words."), "Yes": ("Just the facts.", "Make it quick.")}
_FIRST_PERSON = {"you are": "I am", "you": "I", "your": "my"}
_YOUNG = ("Under 18", "18 to 24")
_GREETINGS = (
    "hi, ",
    "hey, ",
    "hello! ",
    "please ",
    "ok, ",
    "so ",
    "can you tell me: ",
    "i want to know: ",
    "question: ",
)


def draw_persona(draw: Random) -> dict[str, str]:
    """Draw the answers of one of the study's personas or of another one, with any subset of the features."""
    if draw.random() < 0.4:
        return dict(draw.choice(load_listed()).features)
    kept = draw.choice((0.0, 0.3, 0.7, 1.0, 1.0, 1.0))
    return {feature.key: _option(feature, draw) for feature in load_questionnaire() if draw.random() < kept}


def _option(feature: Feature, draw: Random) -> str:
    return draw.choice(feature.options)


def in_voice(text: str, persona: Mapping[str, str], draw: Random) -> str:
    """Return ``text`` as this persona might put it: the young drop capitals, others add a request."""
    if persona.get("age") in _YOUNG and draw.random() < 0.5:
        return _lowered(text).rstrip(".")
    additions = [
        *_ADDED.get(persona.get("education", ""), ()),
        *_ADDED_BY_AGE.get(persona.get("age", ""), ()),
        *_ADDED_BY_LANGUAGE.get(persona.get("native_english", ""), ()),
    ]
    return f"{text} {draw.choice(additions)}" if additions and draw.random() < 0.35 else text


def as_typed(text: str, draw: Random) -> str:
    """Return ``text`` as people type it: often in lower case, without the last mark, with a greeting or a typing error."""
    if draw.random() < 0.6:
        text = text.lower()
    if draw.random() < 0.4:
        text = text.rstrip("?.!")
    if draw.random() < 0.12:
        text = draw.choice(_GREETINGS) + text
    if draw.random() < 0.2:
        text = _mistyped(text, draw)
    return text


def in_first_person(goal: str) -> str:
    """Return a goal as a person pastes it, with "I" in place of "you"."""
    return re.sub(r"\b(you are|you|your)\b", lambda word: _FIRST_PERSON[word[0].lower()], goal, flags=re.IGNORECASE)


def gibberish(draw: Random) -> str:
    """Return random typing."""
    words = [
        "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 8))) for _ in range(draw.randint(1, 4))
    ]
    return " ".join(words)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:] if not text.startswith("I ") else text


def _mistyped(text: str, draw: Random) -> str:
    """Return the text with two neighbouring letters swapped, or one letter omitted or doubled."""
    letters = [place for place in range(1, len(text) - 1) if text[place].isalpha() and text[place + 1].isalpha()]
    if not letters:
        return text
    place = draw.choice(letters)
    first, second = text[place], text[place + 1]
    return text[:place] + draw.choice((second + first, second, first + first + second)) + text[place + 2 :]
