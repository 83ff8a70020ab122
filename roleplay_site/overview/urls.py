"""URLs of the home page, of studies and of dialogues."""

from django.urls import path

from roleplay_site.overview import model_views, views

urlpatterns = [
    path("", views.studies, name="studies"),
    path("studies/<slug:slug>/", views.study, name="study"),
    path("studies/<slug:slug>/planned-runs/", views.planned_runs, name="planned-runs"),
    path("models/", model_views.models, name="models"),
    path("models/health/", model_views.health, name="model-health"),
    path("models/examination/", model_views.examination, name="model-examination"),
    path("dialogues/<slug:token>/", views.dialogue, name="dialogue"),
]
