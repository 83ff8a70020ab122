"""How dialogues stop, in categories that people and models share."""

from analysis.statistics.fidelity.measure import Measure, of_dialogues
from analysis.statistics.spoken import SpokenDialogue
from analysis.statistics.wording import is_closing

CATEGORIES = (
    "stops after thanks or a goodbye",
    "stops without them",
    "stopped by a limit",
    "abandoned",
    "stopped by a failure",
)
_OWN = ("goal_reached", "next_goal")
_LIMITS = ("max_turns", "context_full")


def stop_category(dialogue: SpokenDialogue) -> int | None:
    """Return the index in CATEGORIES; None if the ending was not recorded."""
    if not dialogue.ending:
        return None
    if dialogue.ending in _OWN:
        return 0 if dialogue.turns and is_closing(dialogue.utterances[-1]) else 1
    if dialogue.ending in _LIMITS:
        return 2
    return 3 if dialogue.ending == "left" else 4


STOPPING = Measure(
    "stopping",
    "stop behaviour",
    "dialogues",
    f"How the dialogue stops: {'; '.join(CATEGORIES)}.",
    of_dialogues(stop_category),
    "end of the conversation: ChatBench (Chang et al. 2025)",
    is_english=True,
    categories=CATEGORIES,
)
