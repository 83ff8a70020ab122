"""Screenplays: scene headings (INT., EXT.), cues in capitals with the speech below them, and actions."""

import re
from collections.abc import Iterator

from rolellm.scripts.labels import LONGEST, strip_marks
from rolellm.scripts.turns import NARRATOR, Turn, blocks

HEADING = re.compile(r"(?:\d+[A-Z]?[.)]?\s+)?(?:INT|EXT|I/E)\b\s*[./\s-]", re.IGNORECASE)
_CUE = re.compile(r"(?=.*[^\W\d_])[^a-z:!?]+")


def parse(text: str) -> list[Turn]:
    """Return the turns of a screenplay. Headings and actions are the narrator's; directions within a speech stay in it."""
    return list(_turns(text))


def _turns(text: str) -> Iterator[Turn]:
    scene, has_turns = 0, False
    for block in blocks(text):
        scene += has_turns and bool(HEADING.match(block[0]))
        has_turns = True
        if is_cue(block):
            yield Turn(scene, strip_marks(block[0]), " ".join(block[1:]))
        else:
            yield Turn(scene, NARRATOR, " ".join(block))


def is_cue(block: list[str]) -> bool:
    """Return whether the first line names the speaker of the other lines."""
    label = strip_marks(block[0])
    is_label = bool(_CUE.fullmatch(label)) and len(label) <= LONGEST and " - " not in label
    return len(block) > 1 and is_label and not HEADING.match(label)
