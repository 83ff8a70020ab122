"""The site as an ASGI application: pages over HTTP, chats over WebSockets, an orderly end of both."""

import gc
import os
import sys

import django
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roleplay_site.settings")
django.setup(set_prefix=False)

# Django must be set up before models are imported.
from django.conf import settings  # noqa: E402

from collection.chat.lifespan import lifespan  # noqa: E402
from collection.chat.routing import sockets  # noqa: E402
from roleplay_site.serving.bodies import Limits  # noqa: E402
from roleplay_site.serving.handler import Handler  # noqa: E402
from roleplay_site.serving.pages import Pages  # noqa: E402
from roleplay_site.serving.preparation import prepare  # noqa: E402
from roleplay_site.serving.turns import Turns  # noqa: E402

WAIT_SECONDS = 45.0
"""Less than the minute after which nginx gives up."""

# Chats share Python's lock with the threads that make pages, and wait for it each time the database has answered.
sys.setswitchinterval(0.003)

prepare()
gc.collect()
gc.freeze()  # What is loaded by now stays. To look through it for garbage would hold up a visitor.
_turns = Turns(settings.REQUESTS_AT_ONCE, settings.REQUESTS_WAITING, WAIT_SECONDS)
_limits = Limits(settings.REQUEST_MEGABYTES * 1_000_000, settings.REQUEST_SECONDS)
application = ProtocolTypeRouter(
    {"http": Pages(Handler(), _turns, _limits), "websocket": sockets, "lifespan": lifespan}
)
