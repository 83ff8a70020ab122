"""The chat's WebSocket consumer."""

import json
import logging
from contextlib import suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone
from django.utils.translation import gettext, override

from collection.chat import messages, protocol
from collection.chat.answerer import answerer
from collection.chat.chat_state import Marks, snapshot_of
from collection.chat.connections import Viewer, connections, find_viewer, is_same_origin, note_seen
from collection.chat.database import AWAY, in_database
from collection.chat.delivery import Delivery, group_of, layer_errors, send_snapshots, send_update
from collection.chat.messages import Refusal
from collection.chat.protocol import ClientFrame, MalformedFrame, ServerFrame, Snapshot

logger = logging.getLogger(__name__)


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels is not annotated
    """A page that shows a dialogue. No reply depends on it: it sends requests and receives updates."""

    viewer: Viewer | None = None
    delivery: Delivery
    has_hung_up = False

    @property
    def dialogue(self) -> int:
        return self._viewer.dialogue

    @property
    def participant(self) -> int:
        return self._viewer.participant

    async def connect(self) -> None:
        """Reject the handshake, without giving a reason, if the page is refused or a service is unavailable."""
        try:
            await self._enter()
        except AWAY + layer_errors() as error:
            logger.error("A page cannot connect: %s", error)
            await self.close()

    async def _enter(self) -> None:
        if is_same_origin(self.scope):
            where = self.scope["url_route"]["kwargs"]
            self.viewer = await in_database(find_viewer, where["slug"], where["token"], self.scope["cookies"])
        if self.viewer is None or not connections().has_room_for(self.participant):
            self.viewer = None
            await self.close()
            return
        self.delivery = Delivery()
        await self.channel_layer.group_add(group_of(self._viewer.token), self.channel_name)
        await self.accept()
        connections().add(self)
        answerer().prepare(self._viewer.chatbot)
        await self._send_snapshot()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Leave the dialogue's group however the socket ends, so that nothing is sent to a closed page."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.viewer is not None:
                await self._leave(self.viewer)

    async def _leave(self, viewer: Viewer) -> None:
        connections().remove(self)
        try:
            await self.channel_layer.group_discard(group_of(viewer.token), self.channel_name)
        except layer_errors() as error:
            logger.info("A page cannot be taken from the list of its dialogue: %s", error)
        with suppress(*AWAY):
            await in_database(note_seen, {viewer.participant})

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Dispatch as Channels does, but without switching threads at every frame: no handler uses the database here."""
        await getattr(self, get_handler_name(message))(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.has_hung_up:  # the page sent this before it knew that the dialogue was over
            return
        if max(len((text_data or "").encode("utf-8", "replace")), len(bytes_data or b"")) > protocol.FRAME_LIMIT:
            await self._hang_up(protocol.TOO_BIG)
            return
        if connections().limit.is_too_fast(self.participant):
            await self._hang_up(protocol.TOO_FAST)
            return
        with override(self._viewer.language):  # the tasks that this starts keep the language
            await self._take(text_data or "")

    async def _take(self, text: str) -> None:
        try:
            frame = protocol.read_frame(text)
        except MalformedFrame as error:
            await self._send(protocol.Refused(key=error.key, message=str(error)))
            return
        try:
            await self._obey(frame)
        except Refusal as refusal:
            await self._refuse(frame, str(refusal))
        except AWAY as error:
            logger.error("A page's request cannot be handled, because the database is unavailable: %s", error)
            why = messages.NOT_STORED if isinstance(frame, protocol.Say) else messages.LATER
            await self._refuse(frame, gettext(why))

    async def _hang_up(self, code: int) -> None:
        self.has_hung_up = True
        await self.close(code=code)

    async def _refuse(self, frame: ClientFrame, why: str) -> None:
        key = frame.key if isinstance(frame, protocol.Say) else ""
        await self._send(protocol.Refused(key=key, message=why))

    async def _obey(self, frame: ClientFrame) -> None:
        match frame:
            case protocol.Say():
                await self._send_message(frame)
            case protocol.Retry():
                await self._retry_reply()
            case protocol.Stop():
                await self._stop_reply()
            case protocol.Draft():
                await in_database(messages.save_draft, self.dialogue, frame.text)
                await self._send(protocol.DraftKept())
                await self._send_others(protocol.DraftChanged(text=frame.text))
            case protocol.Resume():
                await self._send_snapshot()

    async def _send_message(self, said: protocol.Say) -> None:
        """Store the message and ask the chatbot. If it was stored before, tell only the page that sent it."""
        message = (said.key, said.text, said.typing)
        sent = await in_database(messages.send_message, self.dialogue, *message, answerer().name, timezone.now())
        stored = protocol.Stored(position=sent.position, key=said.key)
        if sent.question is None:
            await self._send(stored)
            await self._send_snapshot()
            return
        answerer().start(sent.question, stored)
        await self._send_others(protocol.DraftChanged(text=""))

    async def _retry_reply(self) -> None:
        """Start another attempt. Other pages receive a snapshot, and pieces that they miss before it are repeated."""
        question = await in_database(messages.retry_reply, self.dialogue, answerer().name, timezone.now())
        answerer().start(question)
        await send_snapshots(self._viewer.token)

    async def _stop_reply(self) -> None:
        """Stop the reply: immediately and without the database if this process makes it. Show one that has already ended."""
        if here := answerer().find(self._viewer.token):
            here.halt("stopped")
        elif not await in_database(messages.stop_reply, self.dialogue):
            await self._send_snapshot()

    async def chat_frame(self, event: dict[str, Any]) -> None:
        """Pass on an update of the dialogue."""
        if event["sender"] != self.channel_name and (frame := self.delivery.take(event["frame"])):
            await self._send_frame(frame)

    async def chat_look(self, event: dict[str, Any]) -> None:
        """Send a snapshot after a change without a frame. Leave the page unchanged while the database is unavailable."""
        with suppress(*AWAY):
            await self._send_snapshot()

    def is_behind(self, marks: Marks | None) -> bool:
        return marks != self.delivery.marks

    async def catch_up(self) -> None:
        with suppress(*AWAY):
            await self._send_snapshot(only_if_behind=True)

    async def _send_snapshot(self, *, only_if_behind: bool = False) -> None:
        with override(self._viewer.language):
            snapshot = await in_database(snapshot_of, self.dialogue, answerer().name, timezone.now())
        if snapshot is None:
            connections().remove(self)
            await self._send(protocol.Moved())
            return
        snapshot = self._with_newest_text(snapshot)
        delivery = Delivery(snapshot)
        if only_if_behind and delivery.marks == self.delivery.marks:
            return
        self.delivery = delivery
        await self._send(snapshot)

    def _with_newest_text(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with the newest text of a reply in progress here: the database is up to a second behind."""
        reply, shown = answerer().find(self._viewer.token), snapshot.generation
        if shown is None or reply is None or not reply.is_for(shown.position, shown.attempt):
            return snapshot
        if not shown.is_under_way:
            return snapshot
        newest = {"text": reply.text, "state": reply.shown_state, "place": reply.queue_position}
        return snapshot.model_copy(update={"generation": shown.model_copy(update=newest)})

    async def _send_others(self, frame: ServerFrame) -> None:
        await send_update(self._viewer.token, frame, sender=self.channel_name)

    async def _send(self, frame: ServerFrame) -> None:
        await self._send_frame(frame.model_dump(mode="json"))

    async def _send_frame(self, frame: dict[str, Any]) -> None:
        """Send the frame. OSError means that the page is gone and the server has not noticed yet (ASGI, websocket.send)."""
        if not self.has_hung_up:
            with suppress(OSError):
                await self.send(text_data=json.dumps(frame, ensure_ascii=False))

    @property
    def _viewer(self) -> Viewer:
        assert self.viewer is not None, "pages without a viewer are not accepted"  # noqa: S101
        return self.viewer
