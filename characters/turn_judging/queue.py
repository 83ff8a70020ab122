"""The queue of judgings of turns, whose items are scores."""

from characters.models import TurnScore
from jobs.queues import Queue

TURN_SCORES = Queue(table=TurnScore, job="judging", along=("dialogue__goal",), task="characters.score_turns")
