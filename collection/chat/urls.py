"""Addresses of the chat page."""

from django.urls import path

from collection.chat import views

urlpatterns = [
    path("s/<slug:slug>/chat/", views.chat, name="chat"),
    path("s/<slug:slug>/chat/<slug:token>/turns/<int:position>/", views.chat_turn, name="chat-turn"),
]
