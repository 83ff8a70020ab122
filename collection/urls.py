"""Addresses of what was said, of participants' pages and of their chat."""

from django.urls import include, path

from collection import views
from collection.participation.views import nothing_here

urlpatterns = [
    path("", include("collection.research.urls")),
    path("studies/<slug:slug>/dialogues/", views.dialogues, name="dialogues"),
    path("dialogues/<slug:token>/after/<int:shown>/", views.dialogue_news, name="dialogue-news"),
    path("", include("collection.chat.urls")),
    path("s/<slug:slug>/", include("collection.participation.urls")),
    path("s/<slug:slug>/<path:rest>/", nothing_here),
]
