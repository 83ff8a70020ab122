"""Addresses of a study's analysis."""

from django.urls import path

from analysis.study import views

urlpatterns = [
    path("studies/<slug:slug>/analysis/", views.analysis, name="analysis"),
    path("studies/<slug:slug>/analysis/live/", views.analysis_live, name="analysis-live"),
    path("studies/<slug:slug>/analysis/<slug:token>.zip", views.analysis_archive, name="analysis-archive"),
    path("studies/<slug:slug>/analysis/files/<slug:token>/<str:name>", views.analysis_file, name="analysis-file"),
]
