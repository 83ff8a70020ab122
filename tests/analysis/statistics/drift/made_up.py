"""Dialogues of characters, made of their published and public-domain turns, with a known drift into neutral text."""

from collections.abc import Iterator, Mapping
from functools import cache
from random import Random

from numpy.random import Generator

from analysis.statistics.drift.neutral import neutral_texts
from analysis.statistics.drift.played import Played, Reference
from analysis.statistics.drift.style import Style
from dialogue.goals import load_listed
from rolellm.scripts.reading import read_script
from tests.rolellm.references import DATA, PLAY, read_lines
from tiny.corpus import responder

CORIOLANUS = ("MARCIUS", "CORIOLANUS")
OTHERS = ("MENENIUS", "VOLUMNIA", "SICINIUS")


@cache
def play() -> Mapping[str, Reference]:
    """Return Coriolanus and three other speakers of the play."""
    turns = read_script(PLAY)
    own = Reference("Coriolanus", tuple(one.content for one in turns if one.speaker in CORIOLANUS), ("O Mars",))
    return {"Coriolanus": own} | {
        name: Reference(name, tuple(one.content for one in turns if one.speaker == name)) for name in OTHERS
    }


@cache
def rolebench() -> Mapping[str, Reference]:
    """Return the characters of the sample of RoleBench, with all that they say there."""
    found: dict[str, list[str]] = {}
    for path in sorted((DATA / "rolebench-eng").rglob("*.jsonl")):
        for row in read_lines(path):
            found.setdefault(row["role"], []).extend(row["generated"])
    return {name: Reference(name, tuple(turns)) for name, turns in found.items()}


@cache
def style_of_play() -> Style:
    return Style(list(play().values()), neutral_texts("en"), "en")


@cache
def style_of_rolebench() -> Style:
    return Style(list(rolebench().values()), neutral_texts("en"), "en")


@cache
def unseen_neutral() -> tuple[str, ...]:
    """Return neutral text that no style has learned from: the paper's goals and dialogues that the embedded model learns."""
    draw = Random(73)
    dialogues = [responder.chat_dialogue(draw) for _ in range(80)]
    said = [message.content for dialogue in dialogues for message in dialogue if message.role != "system"]
    return tuple(dict.fromkeys([*(goal.text for goal in load_listed()), *said]))


def made_up(count: int, random: Generator, *, neutral_from: int | None = None, way: str = "") -> Iterator[Played]:
    """Yield dialogues of 6 to 12 turns of Coriolanus, which are neutral text from the turn ``neutral_from`` on."""
    own, neutral = play()["Coriolanus"].turns, unseen_neutral()
    for _ in range(count):
        turns = list(random.choice(own, random.integers(6, 13)))
        if neutral_from:
            turns[neutral_from - 1 :] = random.choice(neutral, len(turns) - neutral_from + 1)
        yield Played("Coriolanus", way, tuple(map(str, turns)))
