"""Made-up answers to the calls of Context-Instruct: lines of the script in their place, and topics of the play by chance."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from random import Random
from typing import Any

_SCRIPT = re.compile(r"\[Script Content\]\n(.*)\n\[Question Design", re.DOTALL)
_DIRECTION = re.compile(r"\[[^\[\]]*\]")
_NAME = "Coriolanus"
_SCRIPT_BASED, _SCRIPT_AGNOSTIC = 3, 10
_LONGEST = 12
"""Words of a line that a question quotes."""


def is_call(asked: str) -> bool:
    """Return whether these messages, as one text, are a call of Context-Instruct."""
    return "[Question Design" in asked


def made_up_triplets(asked: str, seed: int) -> str:
    """Return the triplets that answer a call; others with another seed. Three in ten are doubted, as the paper found."""
    draw = Random(hashlib.sha256(f"{asked}{seed}".encode()).digest())
    script = _SCRIPT.search(asked)
    found = _about_script(script[1], draw) if script else _about_topics(draw)
    return "\n".join(f"Question {number}: {triplet}" for number, triplet in enumerate(found, start=1))


def _about_script(script: str, draw: Random) -> Iterator[str]:
    """Yield three questions about lines of the script; the answer is the character's own line, if it has answered."""
    for speaker, said, answer in _draw_lines(script, draw):
        quoted = " ".join(said.split()[:_LONGEST])
        if draw.random() < 0.3:
            yield f"{_NAME}, what did you say then?\nCompleteness: Low, because it does not name the event.\nResponse: {answer}"
        else:
            yield (
                f"{_NAME}, what did you answer when {speaker} said “{quoted}”?\n"
                f"Completeness: High, because it names who speaks, and quotes what was said.\nResponse: {answer}"
            )


def _draw_lines(script: str, draw: Random) -> list[tuple[str, str, str]]:
    """Return three lines of others, each with its speaker and the answer; those that the character answers come first."""
    lines = [(speaker, _bare(said)) for speaker, _, said in (line.partition(": ") for line in script.split("\n"))]
    others = [line for line in lines if line[0] not in (_NAME, "(narration)") and line[1]]
    answers = {line: answer for line, (speaker, answer) in pairwise(lines) if speaker == _NAME and answer}
    draw.shuffle(others)
    others.sort(key=lambda line: line not in answers)
    return [(*line, answers.get(line, "I was not there, and care not.")) for line in others[:_SCRIPT_BASED]]


def _bare(text: str) -> str:
    """Return the text without stage directions."""
    return " ".join(_DIRECTION.sub("", text).split())


def _about_topics(draw: Random) -> Iterator[str]:
    told = _topics()
    for _ in range(_SCRIPT_AGNOSTIC):
        level, answers = ("low", told["unknown"]) if draw.random() < 0.3 else ("high", told["known"])
        topic = draw.choice(list(answers))
        question = draw.choice(told["questions"]).format(topic=topic)
        yield f"{question}\nFactualness: {told[level].format(topic=topic)}\nResponse: {answers[topic]}"


@cache
def _topics() -> dict[str, Any]:
    return tomllib.loads(files("characters.rehearsal.data").joinpath("topics.toml").read_text("utf-8"))
