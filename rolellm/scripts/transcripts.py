"""Transcripts: a line for each turn, "SPEAKER: what is said", as in scripts of series and in Chinese scripts."""

import re
from collections.abc import Iterator

from rolellm.scripts.labels import LONGEST, strip_marks
from rolellm.scripts.plays import is_heading
from rolellm.scripts.screenplays import HEADING
from rolellm.scripts.turns import NARRATOR, Turn

_SPOKEN = re.compile(rf"([^\s\[(（【:：][^:：!?。！？，,;；\[【]{{0,{LONGEST}}})[:：].*")
_SCENE = re.compile(r"[\[(（【]?\s*(?:Scene|场景|第\s*[一二三四五六七八九十百\d]+\s*[场場集幕回])\b", re.IGNORECASE)
_BRACKETS = "[]()（）【】 "


def is_spoken(line: str) -> bool:
    """Return whether the line begins with a speaker and a colon."""
    return bool(_SPOKEN.match(line.strip())) and not _begins_scene(line.strip())


def parse(text: str) -> list[Turn]:
    """Return the turns of a transcript.

    A line without a speaker continues the turn above it; after a blank line it is narration.
    """
    return list(_turns(text))


def _turns(text: str) -> Iterator[Turn]:
    scene, has_turns, last = 0, False, None
    for line in map(str.strip, text.splitlines()):
        if last and _continues(line):
            last = Turn(last.scene, last.speaker, f"{last.content} {line}".strip())
            continue
        if last:
            yield last
            has_turns = True
        scene += has_turns and _begins_scene(line)
        last = _read(scene, line) if line else None
    if last:
        yield last


def _continues(line: str) -> bool:
    return bool(line) and not (is_spoken(line) or _begins_scene(line) or line[0] in _BRACKETS)


def _begins_scene(line: str) -> bool:
    return bool(_SCENE.match(line) or HEADING.match(line)) or bool(line and is_heading([line]))


def _read(scene: int, line: str) -> Turn:
    if is_spoken(line):
        label, content = line.replace("：", ":", 1).split(":", 1)
        return Turn(scene, strip_marks(label), content.strip())
    return Turn(scene, NARRATOR, line.strip(_BRACKETS))
