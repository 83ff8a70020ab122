"""URLs of tunings."""

from django.urls import path

from characters.tuning import views

urlpatterns = [
    path("tunings/", views.tunings, name="tunings"),
    path("tunings/<slug:token>/", views.tuning, name="tuning"),
    path("tunings/<slug:token>/progress/", views.tuning_progress, name="tuning-progress"),
    path("tunings/<slug:token>/losses.csv", views.tuning_losses, name="tuning-losses"),
    path("new-tuning/", views.new_tuning, name="new-tuning"),
]
