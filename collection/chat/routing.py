"""Addresses of sockets."""

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from channels.sessions import CookieMiddleware
from django.urls import path, re_path

from collection.chat.consumers import ChatConsumer

websocket_urlpatterns = [
    path("s/<slug:slug>/socket/<slug:token>/", ChatConsumer.as_asgi()),
    re_path("", WebsocketDenier.as_asgi()),  # else an unknown address is an error in the log
]

sockets = CookieMiddleware(URLRouter(websocket_urlpatterns))
"""The application for WebSockets."""
