"""The queue of branches: each is a job with itself as its only item."""

from jobs.queues import Queue
from simulation.models import Branch

BRANCHES = Queue(
    table=Branch,
    along=("parent", "dialogue__goal", "dialogue__persona"),
    task="simulation.branch",
)
