"""Addresses of studies, runs and dialogues."""

from django.urls import path

from simulation import views

urlpatterns = [
    path("", views.studies, name="studies"),
    path("studies/<slug:slug>/", views.study, name="study"),
    path("runs/<str:token>/", views.run, name="run"),
    path("runs/<str:token>/live/", views.run_live, name="run-live"),
    path("runs/<str:token>/statistics/", views.run_statistics, name="run-statistics"),
    path("dialogues/<str:token>/", views.dialogue, name="dialogue"),
]
