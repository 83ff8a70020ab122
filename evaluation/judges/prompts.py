"""What a model that judges reads: the questions of figure 12 about the same text that people get."""

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

_LINE_BEGINS = re.compile("\n(?=.)")
_SET_IN = "\n    "


def opening(instruction: str, reading: Reading) -> Message:
    """The instruction, both dialogues and the questions, in one message: not every chat template knows a system's."""
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
    """Asks once more, and says what was wrong."""
    return Message("user", _fill("again", problem=problem))


def tries() -> int:
    """How often a model is asked about a pair until its answer can be used."""
    return int(_table()["tries"])


def sampling(today: date | None = None) -> Sampling:
    """Greedy: a judge's answer is no matter of luck."""
    return Sampling(temperature=0.0, max_tokens=int(_table()["max_tokens"]), today=today)


def digest() -> str:
    """The hash of everything that is asked, an evaluation's own instruction and dialogues aside."""
    asked = [_table()["prompt"], _table()["again"], *(f"{name}={text}" for name, text in sorted(questions().items()))]
    return hashlib.sha256("\x1f".join(asked).encode()).hexdigest()


def _about(reading: Reading) -> str:
    lines = [("Goal", reading.goal), ("Persona", reading.persona)]
    return "".join(f"\n{name} of both dialogues: {_set_in(text)}\n" for name, text in lines if text)


def _transcript(turns: Sequence[ReadTurn]) -> str:
    return "\n\n".join(
        f"[{turn.number}] Prompt: {_set_in(turn.prompt)}\n\n[{turn.number}] Response: {_set_in(turn.answer)}"
        for turn in turns
    )


def _set_in(text: str) -> str:
    """The text with its further lines set in: whatever somebody says, no line of it begins as the marks between turns, sides
    and questions do, so no dialogue can end before it ends or put words into the other one."""
    return _LINE_BEGINS.sub(_SET_IN, text)


def _fill(name: str, **values: str) -> str:
    return Template(_table()[name]).substitute(values).strip()


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("evaluation.data").joinpath("judge.toml").read_text("utf-8"))
