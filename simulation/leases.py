"""Who works on which cell."""

from django.db.models import Q, QuerySet

from simulation.leasing import LEASE, PATIENCE, LeaseLost, Leases
from simulation.models import Simulation

__all__ = ["CELLS", "LEASE", "PATIENCE", "Cells", "LeaseLost"]

Cells = QuerySet[Simulation]

CELLS = Leases(Simulation, "run", ("run__study", "persona", "goal", "dialogue"), Q(is_cancelled=False))
open_cells, held_cells = CELLS.open, CELLS.held
claim, renew, release, hold = CELLS.claim, CELLS.renew, CELLS.release, CELLS.hold
postpone, halt, forget_failures = CELLS.postpone, CELLS.halt, CELLS.forget_failures
