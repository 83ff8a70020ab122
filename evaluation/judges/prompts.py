"""The prompt of a model judge: the questions of figure 12 about the same text that people read."""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from dialogue.backends.base import Sampling
from dialogue.messages import Message
from evaluation.reading import Reading, ReadTurn
from evaluation.texts import questions

_LINE_START = re.compile("\n(?=.)")
_INDENT = "\n    "


def opening(instruction: str, reading: Reading) -> Message:
    """Return one message with instruction, dialogues and questions: some chat templates accept no system message."""
    words = questions()
    return Message(
        "user",
        _fill(
            "prompt",
            instruction=instruction.strip(),
            about=_about(reading),
            first_name=words["first"],
            first=_transcript(reading.first),
            second_name=words["second"],
            second=_transcript(reading.second),
            choice=words["choice"],
            confidence=words["confidence"],
            utterance=words["utterance"],
        ),
    )


def again(problem: str) -> Message:
    """Return the message that names the ``problem`` of an answer and asks again."""
    return Message("user", _fill("again", problem=problem))


def tries() -> int:
    """Return the largest number of times that a model is asked about a pair."""
    return int(_table()["tries"])


def sampling(today: date | None = None) -> Sampling:
    """Return greedy sampling, so that judgements are reproducible."""
    return Sampling(temperature=0.0, max_tokens=int(_table()["max_tokens"]), today=today)


def digest() -> str:
    """Return the hash of the prompt, without the evaluation's instruction and dialogues."""
    asked = [_table()["prompt"], _table()["again"], *(f"{name}={text}" for name, text in sorted(questions().items()))]
    return hashlib.sha256("\x1f".join(asked).encode()).hexdigest()


def _about(reading: Reading) -> str:
    lines = [("Goal", reading.goal), ("Persona", reading.persona)]
    return "".join(f"\n{name} of both dialogues: {_indent(text)}\n" for name, text in lines if text)


def _transcript(turns: Sequence[ReadTurn]) -> str:
    return "\n\n".join(
        f"[{turn.number}] Prompt: {_indent(turn.prompt)}\n\n[{turn.number}] Response: {_indent(turn.answer)}"
        for turn in turns
    )


def _indent(text: str) -> str:
    """Return the text with all lines but the first indented, so that no text in a dialogue can imitate the marks between turns,
    sides and questions."""
    return _LINE_START.sub(_INDENT, text)


def _fill(name: str, **values: str) -> str:
    return Template(_table()[name]).substitute(values).strip()


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("evaluation.data").joinpath("judge.toml").read_text("utf-8"))
