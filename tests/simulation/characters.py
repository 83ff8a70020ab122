"""Studies with characters."""

from rolellm.elicitation import Character
from rolellm.pairs import Pair
from studies.characters import Part, cast_characters
from studies.models import Study
from tests.factories import make_study

PAIRS = (
    Pair(0, "What do you want of the race?", "I would outrun them all."),
    Pair(1, "Who goes there?", "A Roman."),
    Pair(2, "How many metres is the race?", "Too few for me."),
)
CORIOLANUS = Part(
    Character("Coriolanus", 'You are a Roman general. Your catchphrase is: "O, world!"'), ("O, world!",), PAIRS
)
LI_BAI = Part(Character("李白", "你是诗人", "zh"), (), (Pair(0, "你在哪里？", "在船上。"),))


def study_with(*parts: Part, goal_count: int = 1, persona_count: int = 1) -> Study:
    """Store a study with people and these characters."""
    study = make_study(goal_count=goal_count, persona_count=persona_count)
    cast_characters(study, parts or [CORIOLANUS, LI_BAI])
    return study
