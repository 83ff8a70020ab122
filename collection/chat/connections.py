"""The pages connected to this process: who may connect, how much each may send, and whether each is up to date."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db.models.functions import Now
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

from collection.chat.answerer import answerer
from collection.chat.chat_state import Marks, marks_of
from collection.chat.database import AWAY, in_database
from collection.chat.generations import interrupt_expired
from collection.models import Participant
from collection.participation.enrolment import ChatEnrolment

logger = logging.getLogger(__name__)

FRAMES_A_SECOND = 10.0
"""Frames per second that one person's pages may send in the long run. A page in use sends at most two."""
BURST = 100
"""Number of frames that may arrive at once."""
MOST_SOCKETS = 30
"""Maximum number of one person's open pages; pages of a phone that lost its network still count for a while."""
LOOK = 3.0
"""Seconds between two checks of the database, one for all sockets together."""
GRACE = 0.5
"""Seconds to wait for frames already sent, which may bring the page up to date."""
SEEN = timedelta(seconds=20)
"""Seconds between two updates of who is present."""
_REMEMBERED = 1000


def is_same_origin(scope: dict[str, Any]) -> bool:
    """Return whether the page comes from the host that it connects to, and this host is one of the site's.

    Browsers let any page open a socket to any site, with cookies, but they send the page's origin. Clients without an origin
    are refused.
    """
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "").lower()
    domain, _ = split_domain_port(host)
    is_ours = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    return is_ours and headers.get("origin", "").lower() in (f"http://{host}", f"https://{host}")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A participant, and their dialogue that a page shows; ``chatbot`` is its model, ``language`` that of the study."""

    dialogue: int
    token: str
    participant: int
    chatbot: str
    language: str


def find_viewer(slug: str, token: str, cookies: Mapping[str, str]) -> Viewer | None:
    """Return the participant in the cookies with their dialogue ``token``; None if it is not theirs."""
    visitor = ChatEnrolment.find_visitor(ChatEnrolment.tokens.read_cookie(cookies), slug=slug)
    dialogue = visitor.person.dialogues.filter(token=token).first() if visitor else None
    if visitor is None or dialogue is None:
        return None
    note_seen({visitor.person.pk})
    chatbot = str(dialogue.responder.get("model", ""))
    return Viewer(dialogue.pk, dialogue.token, visitor.person.pk, chatbot, visitor.person.study.language)


def note_seen(participants: set[int]) -> None:
    """Record that these people have a page open now, by the database's clock. Skip those who have withdrawn."""
    present = Participant.objects.filter(pk__in=participants).exclude(state=Participant.State.WITHDRAWN)
    present.update(last_seen_at=Now())


class FrameLimit:
    """Limits what each person's pages send to this process. ``clock`` returns seconds.

    Closing the socket of a person who is too fast loses nothing: the page reconnects and repeats unanswered frames.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._paid_until: dict[int, float] = {}

    def is_too_fast(self, person: int) -> bool:
        """Count one more frame or socket of the person, and return whether it is too fast; if so, it does not count."""
        now = self._clock()
        paid_until = max(self._paid_until.get(person, now), now) + 1 / FRAMES_A_SECOND
        if paid_until - now > BURST / FRAMES_A_SECOND:
            return True
        if len(self._paid_until) >= _REMEMBERED:
            self._paid_until = {other: until for other, until in self._paid_until.items() if until > now}
        self._paid_until[person] = paid_until
        return False


class Socket(Protocol):
    """A page connected to this process."""

    dialogue: int
    participant: int

    def is_behind(self, marks: Marks | None) -> bool:
        """Return whether the page has not yet received this state of its dialogue; None is the state of a deleted dialogue."""
        ...

    async def catch_up(self) -> None:
        """Send the page the state of its dialogue."""
        ...


class Connections:
    """The open sockets of one event loop. While there are any, they are regularly compared with the database."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self._sockets: set[Socket] = set()
        self._catching_up: dict[Socket, asyncio.Task[None]] = {}
        self._clock = clock
        self._looking: asyncio.Task[None] | None = None
        self._noted: datetime | None = None
        self.limit = FrameLimit(time.monotonic)

    def has_room_for(self, participant: int) -> bool:
        """Return whether one more page of this participant may connect now."""
        connected = sum(socket.participant == participant for socket in self._sockets)
        return connected < MOST_SOCKETS and not self.limit.is_too_fast(participant)

    def add(self, socket: Socket) -> None:
        self._sockets.add(socket)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())

    def remove(self, socket: Socket) -> None:
        self._sockets.discard(socket)

    async def _keep_looking(self) -> None:
        while self._sockets:
            await asyncio.sleep(LOOK)
            try:
                await self._look()
            except AWAY as error:
                logger.error("The chats could not be checked and will be checked again: %s", error)
            except Exception:
                # The outermost frame: outdated pages can still be reloaded.
                logger.exception("The chats could not be checked.")

    async def _look(self) -> None:
        """End expired attempts, except those of this process, which may only be late."""
        now = self._clock()
        await in_database(interrupt_expired, now, held=answerer().held)
        marks = await in_database(marks_of, {socket.dialogue for socket in self._sockets})
        if behind := self._behind(marks):
            await asyncio.sleep(GRACE)
            for socket in behind & self._behind(marks):
                self._let_catch_up(socket)
        await self._note_who_is_here(now)

    def _behind(self, marks: Mapping[int, Marks]) -> set[Socket]:
        return {socket for socket in self._sockets if socket.is_behind(marks.get(socket.dialogue))}

    def _let_catch_up(self, socket: Socket) -> None:
        """Send a snapshot directly, because the channel layer may cause the delay. Do not wait for a slow reader."""
        if socket not in self._catching_up:
            self._catching_up[socket] = task = asyncio.create_task(socket.catch_up())
            task.add_done_callback(lambda _: self._catching_up.pop(socket, None))

    async def _note_who_is_here(self, now: datetime) -> None:
        if self._noted is None or now - self._noted >= SEEN:
            await in_database(note_seen, {socket.participant for socket in self._sockets})
            self._noted = now


_connections: WeakKeyDictionary[asyncio.AbstractEventLoop, Connections] = WeakKeyDictionary()


def connections() -> Connections:
    """Return the connections of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _connections:
        _connections[loop] = Connections()
    return _connections[loop]
