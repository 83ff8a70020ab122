"""The queue of branches: each is a job with itself as its only item."""

from jobs.queues import Queue
from simulation.models import Branch

BRANCHES = Queue(
    table=Branch,
    # The parent's goal and persona name the branch in the worker's heartbeat, even if they are deleted meanwhile.
    along=("parent__goal", "parent__persona", "dialogue__goal", "dialogue__persona"),
    task="simulation.branch",
)
