"""URLs of the audit trail."""

from django.urls import path

from roleplay_site.history import views

urlpatterns = [
    path("studies/<slug:slug>/history/", views.history, name="history"),
    path("history/", views.whole_history, name="whole-history"),
]
