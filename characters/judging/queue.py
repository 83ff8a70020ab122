"""The queue of judgings, whose items are rankings."""

from characters.models import Ranking
from jobs.queues import Queue

RANKINGS = Queue(table=Ranking, job="judging", along=("row", "first", "second"), task="characters.judge")
