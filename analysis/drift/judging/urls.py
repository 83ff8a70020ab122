"""URLs of the sections about judges on the pages of a run and of a study's analysis."""

from django.urls import path

from analysis.drift.judging import views

urlpatterns = [
    path("runs/<slug:token>/turn-judgings/", views.run_judgings, name="run-turn-judgings"),
    path("runs/<slug:token>/turn-judgings/results/", views.run_judging_results, name="run-turn-judging-results"),
    path("studies/<slug:slug>/turn-judgings/", views.study_judgings, name="study-turn-judgings"),
    path("studies/<slug:slug>/turn-judgings/results/", views.study_judging_results, name="study-turn-judging-results"),
]
