"""URLs of runs, branches and prompt sets."""

from django.urls import include, path

from simulation import views

urlpatterns = [
    path("", include("simulation.branches.urls")),
    path("", include("simulation.prompt_sets.urls")),
    path("", include("simulation.guards.urls")),
    path("runs/<slug:token>/", views.run, name="run"),
    path("runs/<slug:token>/live/", views.run_live, name="run-live"),
    path("runs/<slug:token>/statistics/", views.run_statistics, name="run-statistics"),
    path("runs/<slug:token>/reproduce/", views.run_reproduction, name="run-reproduction"),
    path("runs/<slug:token>/programme/<int:number>/", views.run_programme, name="run-programme"),
]
