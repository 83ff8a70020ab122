"""Context-Instruct: which calls of a model turn a profile into triplets, and with which messages (section 2.3, appendix B)."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.messages import Message
from rolellm.elicitation import Character
from rolellm.prompts import fill, load
from rolellm.segments import Segment, sample
from rolellm.triplets import Origin

SCRIPT_BASED_QUESTIONS = 3
SCRIPT_AGNOSTIC_QUESTIONS = 10
SCRIPT_AGNOSTIC_CALLS = 20
WANTED = 400
MOST_TOP_UPS = 20
"""The paper repeats script-agnostic calls until 400 triplets are there, and names no bound."""
TRIES = 3
"""How often a call is made whose answer is not in the asked format, which the paper does not say."""
_SCRIPT = {"en": "script", "zh": "剧本"}
"""What takes the place of a title that is not known."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the questions are for: the character with its description, and the title of its script (empty if unknown)."""

    character: Character
    script_name: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the model: about a segment of the dialogues or, without one, about the description.

    The description with its catchphrases is the segment of script-agnostic calls.
    """

    segment: Segment | None = None

    @property
    def origin(self) -> Origin:
        return "script_based" if self.segment else "script_agnostic"


def plan(segments: Sequence[Segment], seed: int) -> list[Call]:
    """Return the calls of a profile: one for each of at most 100 segments, then 20 about the description."""
    return [*(Call(segment) for segment in sample(segments, seed)), *[Call()] * SCRIPT_AGNOSTIC_CALLS]


def top_up(triplets: int, wanted: int, made: int) -> int:
    """Return how many script-agnostic calls to add to get from ``triplets`` to ``wanted``, if ``made`` were added before."""
    missing = -(-(wanted - triplets) // SCRIPT_AGNOSTIC_QUESTIONS)
    return max(0, min(missing, MOST_TOP_UPS - made))


def ask(subject: Subject, origin: Origin, script: str = "") -> list[Message]:
    """Return the messages of a call; ``script`` is the text of the segment of a script-based one.

    Slips of the print are corrected: the script-agnostic prompts have a place for the description here.
    """
    character = subject.character
    values = {
        "role_name": character.name,
        "script_name": subject.script_name or _SCRIPT[character.language],
        "role_description_and_catchphrases": character.description,
        "question_num": str(SCRIPT_BASED_QUESTIONS),
        "script": script,
    }
    return fill(load(f"context_instruct_{origin}", character.language).corrected, values)
