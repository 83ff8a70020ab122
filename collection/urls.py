"""Addresses of what was said."""

from django.urls import path

from collection import views

urlpatterns = [
    path("studies/<slug:slug>/dialogues/", views.dialogues, name="dialogues"),
    path("dialogues/<str:token>/after/<int:shown>/", views.dialogue_news, name="dialogue-news"),
]
