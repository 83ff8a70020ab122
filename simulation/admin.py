"""Django's admin for runs: to look things up; runs are started and stopped on their pages."""

from django.contrib import admin

from simulation.models import Run, Simulation
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
