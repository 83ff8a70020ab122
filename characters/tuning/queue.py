"""The queue of tunings: each is a job with itself as its only item."""

from characters.models import Tuning
from jobs.queues import Queue

TUNINGS = Queue(table=Tuning, task="characters.tune")
