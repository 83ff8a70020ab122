"""The door of the chat's socket."""

import json
import logging
from contextlib import suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone
from redis.exceptions import RedisError

from collection.chat import news, protocol, saying
from collection.chat.answering import answerer
from collection.chat.database import AWAY, in_database
from collection.chat.entering import Admitted, admit
from collection.chat.following import Following
from collection.chat.origins import is_same_origin
from collection.chat.protocol import ClientFrame, MalformedFrame, ServerFrame, Snapshot
from collection.chat.saying import NotTaken
from collection.chat.standing import Marks, snapshot_of
from collection.chat.watching import note_seen, watch
from studies.models import Generation

logger = logging.getLogger(__name__)


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels is not annotated
    """A page that shows a dialogue. Nothing that is under way depends on it: it asks, and is told."""

    admitted: Admitted | None = None
    following: Following
    has_hung_up = False

    @property
    def dialogue(self) -> int:
        return self._admitted.dialogue

    @property
    def participant(self) -> int:
        return self._admitted.participant

    async def connect(self) -> None:
        """Fail the handshake, without a reason, if the page is refused or a service is unavailable."""
        try:
            await self._enter()
        except (*AWAY, RedisError) as error:
            logger.error("A page cannot connect: %s", error)
            await self.close()

    async def _enter(self) -> None:
        if is_same_origin(self.scope):
            where = self.scope["url_route"]["kwargs"]
            self.admitted = await in_database(admit, where["slug"], where["token"], self.scope["cookies"])
        if self.admitted is None or not watch().has_room_for(self.participant):
            self.admitted = None
            await self.close()
            return
        self.following = Following()
        await self.channel_layer.group_add(news.group_of(self._admitted.token), self.channel_name)
        await self.accept()
        watch().add(self)
        await self._send_snapshot()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Whatever ends it, nothing goes on being sent to a page that is gone."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.admitted is not None:
                await self._leave(self.admitted)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Dispatch as Channels does, without a visit to another thread at every frame: no database is used there."""
        await getattr(self, get_handler_name(message))(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.has_hung_up:  # what had come before the page heard of it
            return
        if max(len((text_data or "").encode("utf-8", "replace")), len(bytes_data or b"")) > protocol.FRAME_LIMIT:
            await self._hang_up(protocol.TOO_BIG)
            return
        if watch().pace.is_too_fast(self.participant):
            await self._hang_up(protocol.TOO_FAST)
            return
        try:
            frame = protocol.read_frame(text_data or "")
        except MalformedFrame as error:
            await self._send(protocol.Refused(key=error.key, message=str(error)))
            return
        try:
            await self._obey(frame)
        except NotTaken as refusal:
            await self._refuse(frame, str(refusal))
        except AWAY as error:
            logger.error("What a page wants cannot be stored or looked up: %s", error)
            await self._refuse(frame, saying.NOT_STORED if isinstance(frame, protocol.Say) else saying.LATER)

    async def chat_frame(self, event: dict[str, Any]) -> None:
        """News of the dialogue."""
        if event["sender"] != self.channel_name and (frame := self.following.take(event["frame"])):
            await self._send_frame(frame)

    async def chat_look(self, event: dict[str, Any]) -> None:
        """Send a snapshot after a change that has no frame. Leave the page as it is while the database is unavailable."""
        with suppress(*AWAY):
            await self._send_snapshot()

    def is_behind(self, marks: Marks | None) -> bool:
        return marks != self.following.marks

    async def catch_up(self) -> None:
        with suppress(*AWAY):
            await self._send_snapshot(only_if_behind=True)

    @property
    def _admitted(self) -> Admitted:
        assert self.admitted is not None, "nobody else gets this far"  # noqa: S101
        return self.admitted

    async def _hang_up(self, code: int) -> None:
        self.has_hung_up = True
        await self.close(code=code)

    async def _leave(self, admitted: Admitted) -> None:
        watch().remove(self)
        with suppress(RedisError, OSError):
            await self.channel_layer.group_discard(news.group_of(admitted.token), self.channel_name)
        with suppress(*AWAY):
            await in_database(note_seen, {admitted.participant})

    async def _obey(self, frame: ClientFrame) -> None:
        match frame:
            case protocol.Say():
                await self._say(frame)
            case protocol.Retry():
                await self._retry()
            case protocol.Stop():
                await self._stop()
            case protocol.Draft():
                await in_database(saying.save_draft, self.dialogue, frame.text)
                await self._send(protocol.DraftKept())
                await self._tell_others(protocol.DraftChanged(text=frame.text))
            case protocol.Resume():
                await self._send_snapshot()

    async def _say(self, said: protocol.Say) -> None:
        """Of a message that came before, its own page alone hears again."""
        message = (said.key, said.text, said.typing)
        asked = await in_database(saying.say, self.dialogue, *message, answerer().name, timezone.now())
        stored = protocol.Stored(position=asked.position, key=said.key)
        if asked.question is None:
            await self._send(stored)
            await self._send_snapshot()
            return
        answerer().start(asked.question, stored)
        await self._tell_others(protocol.DraftChanged(text=""))

    async def _retry(self) -> None:
        """Start another try. Other pages look it up, and pieces that they miss until then are repeated."""
        question = await in_database(saying.retry, self.dialogue, answerer().name, timezone.now())
        answerer().start(question)
        await news.tell_to_look(self._admitted.token)

    async def _stop(self) -> None:
        """Stop the reply. One made in this process ends at once, with or without the database; one that has ended is shown."""
        if here := answerer().find(self._admitted.token):
            here.halt("stopped")
        elif not await in_database(saying.stop, self.dialogue):
            await self._send_snapshot()

    async def _send_snapshot(self, *, only_if_behind: bool = False) -> None:
        snapshot = await in_database(snapshot_of, self.dialogue, answerer().name, timezone.now())
        if snapshot is None:
            watch().remove(self)
            await self._send(protocol.Moved())
            return
        snapshot = self._with_newest_text(snapshot)
        following = Following(snapshot)
        if only_if_behind and following.marks == self.following.marks:
            return
        self.following = following
        await self._send(snapshot)

    def _with_newest_text(self, snapshot: Snapshot) -> Snapshot:
        """The database is up to a second behind a reply that is being made here."""
        reply, shown = answerer().find(self._admitted.token), snapshot.generation
        if shown is None or reply is None or not reply.is_for(shown.position, shown.attempt):
            return snapshot
        if shown.state not in Generation.IN_FLIGHT:
            return snapshot
        newest = {"text": reply.text, "state": reply.shown_state, "place": reply.place}
        return snapshot.model_copy(update={"generation": shown.model_copy(update=newest)})

    async def _refuse(self, frame: ClientFrame, why: str) -> None:
        key = frame.key if isinstance(frame, protocol.Say) else ""
        await self._send(protocol.Refused(key=key, message=why))

    async def _tell_others(self, frame: ServerFrame) -> None:
        await news.tell(self._admitted.token, frame, sender=self.channel_name)

    async def _send(self, frame: ServerFrame) -> None:
        await self._send_frame(frame.model_dump(mode="json"))

    async def _send_frame(self, frame: dict[str, Any]) -> None:
        """A page may be gone before its server has noticed: that is what OSError means here (ASGI, websocket.send)."""
        if not self.has_hung_up:
            with suppress(OSError):
                await self.send(text_data=json.dumps(frame, ensure_ascii=False))
