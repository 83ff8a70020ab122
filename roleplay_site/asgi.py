"""The site as an ASGI application: pages over HTTP, chats over WebSockets, an orderly end of both."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roleplay_site.settings")
pages = get_asgi_application()

# Django must be set up before models are imported.
from collection.chat.lifespan import lifespan  # noqa: E402
from collection.chat.routing import sockets  # noqa: E402

application = ProtocolTypeRouter({"http": pages, "websocket": sockets, "lifespan": lifespan})
