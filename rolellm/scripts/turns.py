"""Turns: one speaker's text in a script, or a narration."""

from dataclasses import dataclass

NARRATOR = "narrator"
"""The speaker of settings, stage directions and actions, as published profiles call it."""


class UnreadableScript(ValueError):
    """A script that cannot be read; the message is one sentence for the researcher."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn in the order of the script.

    ``scene`` counts scenes or episodes from 0 and never falls. ``round`` is the round that a published profile puts the turn
    in; None in a script.
    """

    scene: int
    speaker: str
    content: str
    round: int | None = None


def blocks(text: str) -> list[list[str]]:
    """Return the blocks of the text that blank lines separate, as lists of stripped lines."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if stripped := line.strip():
            found[-1].append(stripped)
        elif found[-1]:
            found.append([])
    return [block for block in found if block]
