"""Looking after the open sockets of this process: whether their pages are behind, and that their people are here."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakKeyDictionary

from django.db.models.functions import Now
from django.utils import timezone

from collection.chat.answering import answerer
from collection.chat.database import AWAY, in_database
from collection.chat.generations import interrupt_expired
from collection.chat.pacing import MOST_SOCKETS, Pace
from collection.chat.standing import Marks, marks_of
from collection.models import Participant

logger = logging.getLogger(__name__)

LOOK = 3.0
"""Seconds between two looks at the database, one for all sockets together."""
GRACE = 0.5
"""Seconds to wait for frames already sent, which may bring the page up to date."""
SEEN = timedelta(seconds=20)
"""How often it is noted that people are here."""


class Socket(Protocol):
    """A page that is connected here."""

    dialogue: int
    participant: int

    def is_behind(self, marks: Marks | None) -> bool:
        """Return whether the page has not yet received this state of its dialogue; None is the state of a deleted one."""
        ...

    async def catch_up(self) -> None:
        """Send the page the state of its dialogue."""
        ...


class Watch:
    """Belongs to one event loop; works as long as sockets are open."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self._sockets: set[Socket] = set()
        self._catching_up: dict[Socket, asyncio.Task[None]] = {}
        self._clock = clock
        self._looking: asyncio.Task[None] | None = None
        self._noted: datetime | None = None
        self.pace = Pace(time.monotonic)

    def has_room_for(self, participant: int) -> bool:
        """Whether one more page of theirs may connect now."""
        connected = sum(watched.participant == participant for watched in self._sockets)
        return connected < MOST_SOCKETS and not self.pace.is_too_fast(participant)

    def add(self, watched: Socket) -> None:
        self._sockets.add(watched)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())

    def remove(self, watched: Socket) -> None:
        self._sockets.discard(watched)

    async def _keep_looking(self) -> None:
        while self._sockets:
            await asyncio.sleep(LOOK)
            try:
                await self._look()
            except AWAY as error:
                logger.error("The chats could not be looked at, which is tried again: %s", error)
            except Exception:
                # The outermost frame: pages that are left behind can still load themselves anew.
                logger.exception("The chats could not be looked at.")

    async def _look(self) -> None:
        """End expired tries, except those of this process, which may only be late."""
        now = self._clock()
        await in_database(interrupt_expired, now, held=answerer().held)
        marks = await in_database(marks_of, {watched.dialogue for watched in self._sockets})
        if behind := self._behind(marks):
            await asyncio.sleep(GRACE)
            for watched in behind & self._behind(marks):
                self._let_catch_up(watched)
        await self._note_who_is_here(now)

    def _behind(self, marks: Mapping[int, Marks]) -> set[Socket]:
        return {watched for watched in self._sockets if watched.is_behind(marks.get(watched.dialogue))}

    def _let_catch_up(self, watched: Socket) -> None:
        """Send directly: the channel layer may be why the page is behind. Do not wait for a page that does not read."""
        if watched not in self._catching_up:
            self._catching_up[watched] = task = asyncio.create_task(watched.catch_up())
            task.add_done_callback(lambda _: self._catching_up.pop(watched, None))

    async def _note_who_is_here(self, now: datetime) -> None:
        if self._noted is None or now - self._noted >= SEEN:
            await in_database(note_seen, {watched.participant for watched in self._sockets})
            self._noted = now


def note_seen(participants: set[int]) -> None:
    """Note that these people have a page open now, by the clock of leases. Skip those who have withdrawn."""
    present = Participant.objects.filter(pk__in=participants).exclude(state=Participant.State.WITHDRAWN)
    present.update(last_seen_at=Now())


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


def watch() -> Watch:
    """The one of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _watches:
        _watches[loop] = Watch()
    return _watches[loop]
