"""The site as an ASGI application: pages over HTTP, chats over WebSockets."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roleplay_site.settings")
pages = get_asgi_application()

from collection.chat.routing import websocket_urlpatterns  # noqa: E402  Django must be set up before models are imported

application = ProtocolTypeRouter({"http": pages, "websocket": URLRouter(websocket_urlpatterns)})
