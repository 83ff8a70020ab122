"""URLs of researchers' pages for recruitment and data."""

from django.urls import path

from collection.research import testing_views, views

urlpatterns = [
    path("studies/<slug:slug>/recruitment/", views.recruitment, name="recruitment"),
    path("studies/<slug:slug>/collecting/", views.collecting, name="collecting"),
    path("studies/<slug:slug>/collecting/live/", views.collecting_live, name="collecting-live"),
    path("studies/<slug:slug>/tests/", testing_views.tests, name="tests"),
    path("studies/<slug:slug>/data/", views.data, name="data"),
    path("studies/<slug:slug>/data/<str:name>", views.download, name="download"),
]
