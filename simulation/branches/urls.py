"""URLs of branches, by the dialogue and the turn from which they start."""

from django.urls import path

from simulation.branches import views

urlpatterns = [
    path("dialogues/<slug:token>/branches/<int:turn>/", views.branches, name="branches"),
    path("dialogues/<slug:token>/branches/<int:turn>/live/", views.branches_live, name="branches-live"),
]
