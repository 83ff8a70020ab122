"""URLs of the home page and of published results."""

from django.urls import path

from roleplay_site.visitors import views

urlpatterns = [
    path("", views.home, name="studies"),
    path("results/<slug:slug>/", views.results, name="results"),
    path("results/<slug:slug>/<slug:name>.svg", views.results_figure, name="results-figure"),
]
