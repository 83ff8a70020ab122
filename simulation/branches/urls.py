"""URLs of branches, by the dialogue that they leave and the turn at which they do."""

from django.urls import path

from simulation.branches import views

urlpatterns = [
    path("dialogues/<slug:token>/branches/<int:turn>/", views.branches, name="branches"),
    path("dialogues/<slug:token>/branches/<int:turn>/live/", views.branches_live, name="branches-live"),
]
