"""URLs of the section about unsafe content on a run's page."""

from django.urls import path

from simulation.guards import views

urlpatterns = [
    path("runs/<slug:token>/guards/", views.run_guards, name="run-guards"),
    path("runs/<slug:token>/guards/results/", views.run_guard_results, name="run-guard-results"),
]
