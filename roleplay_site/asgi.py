"""The site as an ASGI application: pages over HTTP, chats over WebSockets, orderly shutdown."""

import gc
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from channels.sessions import CookieMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roleplay_site.settings")
django.setup(set_prefix=False)

# Django must be set up before models are imported.
from django.conf import settings  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from collection.chat.answerer import answerer  # noqa: E402
from collection.chat.consumers import ChatConsumer  # noqa: E402
from dialogue.backends import registry  # noqa: E402
from roleplay_site.serving.bodies import Limits  # noqa: E402
from roleplay_site.serving.handler import Handler  # noqa: E402
from roleplay_site.serving.pages import Pages  # noqa: E402
from roleplay_site.serving.preparation import prepare  # noqa: E402
from roleplay_site.serving.turns import Turns  # noqa: E402
from studies.language_models.tried_models import tried_models  # noqa: E402

Message = dict[str, Any]
WAIT_SECONDS = 45.0
"""Less than the minute after which nginx gives up."""


async def lifespan(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Start and stop with the server. At its end, replies in progress end as interrupted and models are closed."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await answerer().shut_down()
    await tried_models.close()
    await registry.close_models()
    await send({"type": "lifespan.shutdown.complete"})


# Chats share Python's lock with the threads of pages, and wait for it after each database query.
sys.setswitchinterval(0.003)

prepare()
gc.collect()
gc.freeze()  # Loaded objects stay, so collecting them would only delay visitors.
_turns = Turns(settings.REQUESTS_AT_ONCE, settings.REQUESTS_WAITING, WAIT_SECONDS)
_limits = Limits(settings.REQUEST_MEGABYTES * 1_000_000, settings.REQUEST_SECONDS)
_sockets = [
    path("s/<slug:slug>/socket/<slug:token>/", ChatConsumer.as_asgi()),
    re_path("", WebsocketDenier.as_asgi()),  # else an unknown address is an error in the log
]
application = ProtocolTypeRouter(
    {
        "http": Pages(Handler(), _turns, _limits),
        "websocket": CookieMiddleware(URLRouter(_sockets)),
        "lifespan": lifespan,
    }
)
