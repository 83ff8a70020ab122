"""Addresses of estimates of power."""

from django.urls import path

from analysis.power import views

urlpatterns = [
    path("power/", views.power, name="power"),
    path("power/<slug:token>/", views.power_estimate, name="power-estimate"),
    path("power/<slug:token>/live/", views.power_estimate_live, name="power-estimate-live"),
    path("power/<slug:token>/power.csv", views.power_estimate_csv, name="power-estimate-csv"),
]
