"""The queue of simulated dialogues."""

from django.db.models import Q, QuerySet

from jobs.queues import Queue
from simulation.models import Simulation

Cells = QuerySet[Simulation]

CELLS = Queue(
    table=Simulation,
    job="run",
    along=("persona", "goal", "dialogue"),
    wanted=Q(is_cancelled=False),
    order=("batch", "pk"),
    task="simulation.simulate",
)
