"""URLs of the sections about unsafe content on the pages of a run and of a study."""

from django.urls import path

from simulation.guards import views

urlpatterns = [
    path("runs/<slug:token>/guards/", views.run_guards, name="run-guards"),
    path("runs/<slug:token>/guards/results/", views.run_guard_results, name="run-guard-results"),
    path("studies/<slug:slug>/guards/", views.study_guards, name="study-guards"),
    path("studies/<slug:slug>/guards/results/", views.study_guard_results, name="study-guard-results"),
]
