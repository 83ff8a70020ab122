"""URLs of finding dialogues."""

from django.urls import path

from roleplay_site.finding import views

urlpatterns = [
    path("studies/<slug:slug>/dialogues/", views.dialogues, name="dialogues"),
    path("studies/<slug:slug>/dialogues/change/", views.change_dialogues, name="change-dialogues"),
]
