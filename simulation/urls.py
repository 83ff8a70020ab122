"""Addresses of studies, runs and dialogues."""

from django.urls import path

from simulation import views

urlpatterns = [
    path("", views.studies, name="studies"),
    path("studies/<slug:slug>/", views.study, name="study"),
    path("runs/<slug:token>/", views.run, name="run"),
    path("runs/<slug:token>/live/", views.run_live, name="run-live"),
    path("runs/<slug:token>/statistics/", views.run_statistics, name="run-statistics"),
    path("dialogues/<slug:token>/", views.dialogue, name="dialogue"),
]
