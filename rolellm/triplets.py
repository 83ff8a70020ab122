"""Question, confidence and answer triplets of Context-Instruct, as a model writes them (section 2.3, appendices B and I.2)."""

import re
from dataclasses import dataclass
from typing import Literal

Origin = Literal["script_based", "script_agnostic"]
Level = Literal["high", "low"]
_LABELS: dict[Origin, str] = {"script_based": "Completeness|完整性", "script_agnostic": "Factualness|真实性"}
_QUESTION = re.compile(r"^[^\w\n]*(?:Question|问题)\s*\d*[*_]*\s*[:：]", re.IGNORECASE | re.MULTILINE)
_RESPONSE = re.compile(r"^[^\w\n]*(?:Response|回复)[*_]*\s*[:：]", re.IGNORECASE | re.MULTILINE)
_LEVELS: dict[str, Level] = {"high": "high", "高": "high", "low": "low", "低": "low"}
_MARKUP = " *_\n"


@dataclass(frozen=True, slots=True)
class Triplet:
    """A question to the role, how confident the model is of it (``metrics`` is its wording), and the role's answer.

    The confidence is that the question is complete (script-based) or not made up (script-agnostic). Only "high" is kept.
    """

    origin: Origin
    question: str
    metrics: str
    level: Level
    answer: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A part of an answer that is no triplet, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What an answer contains, in order."""

    triplets: tuple[Triplet, ...]
    malformed: tuple[Malformed, ...]


def parse(answer: str, origin: Origin) -> Parsed:
    """Return the triplets in a model's answer, and every part that begins like one but lacks something."""
    starts = [found.start() for found in _QUESTION.finditer(answer)]
    if not starts:
        return Parsed((), (Malformed(answer, "no question"),))
    parts = [answer[start:end] for start, end in zip(starts, [*starts[1:], len(answer)], strict=True)]
    read = [_read(part, origin) for part in parts]
    triplets = tuple(each for each in read if isinstance(each, Triplet))
    return Parsed(triplets, tuple(each for each in read if isinstance(each, Malformed)))


def _read(part: str, origin: Origin) -> Triplet | Malformed:
    label = re.compile(rf"^[^\w\n]*({_LABELS[origin]})[*_]*\s*[:：]", re.IGNORECASE | re.MULTILINE)
    confidence = label.search(part)
    response = _RESPONSE.search(part, confidence.end()) if confidence else None
    if confidence is None or response is None:
        return Malformed(part, f"no {'response' if confidence else _LABELS[origin].split('|')[0].lower()}")
    question = _QUESTION.sub("", part[: confidence.start()]).strip(_MARKUP)
    stated, answer = part[confidence.end() : response.start()].strip(_MARKUP), part[response.end() :].strip(_MARKUP)
    level = next((_LEVELS[word] for word in _LEVELS if stated.lower().startswith(word)), None)
    if not question or not answer:
        return Malformed(part, f"empty {'response' if question else 'question'}")
    if level is None:
        return Malformed(part, "neither high nor low")
    return Triplet(origin, question, f"{confidence[1]}: {stated}", level, answer)
