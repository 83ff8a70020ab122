"""Plays: blocks that are headings of acts and scenes, [stage directions], or a speaker's line with the speech below it."""

import re
from collections.abc import Iterator

from rolellm.scripts.labels import strip_marks
from rolellm.scripts.turns import NARRATOR, Turn, blocks

_HEADING = re.compile(r"(?:ACT|SCENE)\s+[IVXLC\d]+\b|第\s*[一二三四五六七八九十百\d]+\s*[幕场場]", re.IGNORECASE)
_LONE_HEADING = re.compile(r"(?:PROLOGUE|EPILOGUE|INDUCTION|序幕|尾声)\.?", re.IGNORECASE)
_AND = re.compile(r"\band\b|&c\b", re.IGNORECASE)
_MOSTLY = 0.8
_DIRECTION = re.compile(r"\[([^\[\]]*)\]")
"""Excludes a second opening bracket, or a text of unclosed ones would take quadratic time."""


def parse(text: str) -> list[Turn]:
    """Return the turns of a play. ``Turn.scene`` is the number of the scene in the play, over all acts.

    What precedes the first heading (title, list of persons) is left out. Headings only begin scenes. Stage directions within
    a speech stay in it, in brackets.
    """
    found = blocks(text)
    first = next((number for number, block in enumerate(found) if is_heading(block)), 0)
    return list(_turns(found[first:], _labels(found[first:])))


def is_heading(block: list[str]) -> bool:
    """Return whether the block begins an act or a scene."""
    return bool(_HEADING.match(block[0])) or (len(block) == 1 and bool(_LONE_HEADING.fullmatch(block[0])))


def _labels(found: list[list[str]]) -> set[str]:
    """Return the first lines that name speakers. Where most are in capitals, as in the usual editions, one that is not begins a
    speech whose speaker is missing, such as a prologue's."""
    lines = {block[0] for block in found if len(block) > 1 and not block[0].startswith("[") and not is_heading(block)}
    capitals = {line for line in lines if _AND.sub("", line).isupper()}
    return capitals if len(capitals) > _MOSTLY * len(lines) else lines


def _turns(found: list[list[str]], labels: set[str]) -> Iterator[Turn]:
    scene, is_new, has_turns = 0, False, False
    for block in found:
        if is_heading(block):
            is_new = has_turns  # "ACT I" and "SCENE I" begin one scene
            continue
        scene, is_new, has_turns = scene + is_new, False, True
        for speaker, content in _read(block, labels):
            yield Turn(scene, speaker, content)


def _read(block: list[str], labels: set[str]) -> list[tuple[str, str]]:
    """Return speakers and contents of a block: several if it holds several directions."""
    joined = " ".join(block)
    if joined.startswith("[") and not _DIRECTION.sub("", joined).strip():
        return [(NARRATOR, direction.strip()) for direction in _DIRECTION.findall(joined)]
    if len(block) == 1 or block[0] not in labels:
        return [(NARRATOR, joined)]
    return [(strip_marks(block[0]), " ".join(block[1:]))]
