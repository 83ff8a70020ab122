"""Seeds that make every output reproducible independently of the others."""

import hashlib
from typing import Literal, get_args

SpeakerName = Literal["inquirer", "responder"]
SPEAKERS: tuple[SpeakerName, ...] = get_args(SpeakerName)
RULE, RULE_VERSION = "sampler_seed", 1
"""The name and version of the rule below, which every run stores."""


def sampler_seed(
    run_seed: int, persona: str, goal: str, speaker: SpeakerName, turn: int, attempt: int, *, retry: int = 0
) -> int:
    """Return the sampler's seed (32 bits) for one output: a hash of the arguments.

    It depends on the persona's id instead of its sentence, because several personas share a sentence and must still differ.
    It depends on nothing that happened before, so that a resumed turn reproduces itself. ``retry`` counts the failed dialogues
    that this one replaces.
    """
    cell = "\x1f".join(
        [str(run_seed), persona, goal, speaker, str(turn), str(attempt), *([str(retry)] if retry else [])]
    )
    return int.from_bytes(hashlib.sha256(cell.encode()).digest()[:4])
