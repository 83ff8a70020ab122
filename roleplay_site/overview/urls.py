"""URLs of the home page, of studies and of dialogues."""

from django.urls import path

from roleplay_site.overview import model_views, views

urlpatterns = [
    path("studies/<slug:slug>/", views.study, name="study"),
    path("studies/<slug:slug>/live/", views.cockpit_live, name="study-live"),
    path("studies/<slug:slug>/set-up/", views.set_up, name="set-up"),
    path("studies/<slug:slug>/simulate/", views.simulate, name="simulate"),
    path("studies/<slug:slug>/judge/", views.judge, name="judge"),
    path("studies/<slug:slug>/planned-runs/", views.planned_runs, name="planned-runs"),
    path("models/", model_views.models, name="models"),
    path("models/health/", model_views.health, name="model-health"),
    path("models/connection/", model_views.connection, name="model-connection"),
    path("models/examination/", model_views.examination, name="model-examination"),
    path("dialogues/<slug:token>/", views.dialogue, name="dialogue"),
]
