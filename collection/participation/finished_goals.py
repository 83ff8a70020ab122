"""Which goals a participant has finished, and how many answered messages the others still need."""

from collection.models import Participant
from studies.models import Dialogue, Turn

ANSWERED = (Turn.State.COMPLETE, Turn.State.STOPPED)


def finished_goals(participant: Participant) -> set[int]:
    """Return the numbers of finished goals: completed ones, and those left with enough answers."""
    dialogues = participant.dialogues.exclude(ended_at=None).select_related("goal")
    return {dialogue.goal.number for dialogue in dialogues if is_finished(dialogue)}


def is_finished(dialogue: Dialogue) -> bool:
    """Return whether the goal of this ended dialogue is finished; a goal that was left needs enough answered messages."""
    return dialogue.ending != "left" or missing_answers(dialogue, states_of_turns(dialogue)) == 0


def missing_answers(dialogue: Dialogue, states: list[str]) -> int:
    """Return how many answered messages the goal still needs: none if no further message is allowed, so that a participant whom
    the chatbot never answered can continue, too."""
    most = dialogue.study.max_turns
    if most is not None and len(states) >= most:
        return 0
    return max(0, dialogue.study.min_turns - sum(state in ANSWERED for state in states))


def states_of_turns(dialogue: Dialogue) -> list[str]:
    """Return the states of the dialogue's turns, in order."""
    return list(dialogue.turns.values_list("state", flat=True))
