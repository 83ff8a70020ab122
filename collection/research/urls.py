"""Addresses of the researcher's pages of collecting."""

from django.urls import path

from collection.research import views

urlpatterns = [
    path("new-study/", views.new_study, name="new-study"),
    path("new-study/preview/<str:name>/", views.text_preview, name="text-preview"),
    path("studies/<slug:slug>/edit/", views.edit_study, name="edit-study"),
    path("studies/<slug:slug>/copy/", views.copy, name="copy-study"),
    path("studies/<slug:slug>/recruitment/", views.recruitment, name="recruitment"),
    path("studies/<slug:slug>/collecting/", views.collecting, name="collecting"),
    path("studies/<slug:slug>/collecting/live/", views.collecting_live, name="collecting-live"),
    path("studies/<slug:slug>/data/", views.data, name="data"),
    path("studies/<slug:slug>/data/<str:name>", views.download, name="download"),
]
