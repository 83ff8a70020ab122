"""Django's admin for runs, read-only; the pages of runs start and stop them."""

from django.contrib import admin

from simulation.models import Branch, Run, Simulation
from studies.admin import ReadOnlyAdmin


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ["token", "study", "inquirer", "responder", "state", "created_at"]
    list_filter = ["study", "state", "inquirer"]


@admin.register(Simulation)
class SimulationAdmin(ReadOnlyAdmin):
    list_display = ["run", "persona", "goal", "seed", "worker", "failures", "finished_at"]
    list_filter = ["run", "goal"]
    list_select_related = ["run", "persona", "goal"]


@admin.register(Branch)
class BranchAdmin(ReadOnlyAdmin):
    list_display = ["parent", "turn", "inquirer", "responder", "state", "created_at"]
    list_filter = ["state", "inquirer"]
    list_select_related = ["parent__persona", "parent__goal"]
