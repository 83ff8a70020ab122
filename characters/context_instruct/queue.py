"""The queue of Context-Instruct's calls."""

from characters.models import InstructCall
from jobs.queues import Queue

INSTRUCT_CALLS = Queue(table=InstructCall, job="job", order=("position",), task="characters.instruct")
