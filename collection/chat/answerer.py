"""Generate replies to people. A reply belongs to this server process, not to the socket that requested it."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Collection, Coroutine
from contextlib import aclosing
from datetime import datetime
from itertools import chain, repeat
from secrets import token_hex
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DatabaseError
from django.utils import timezone

from collection.chat import generations
from collection.chat.chat_state import done_frame
from collection.chat.chatbots import Chatbots, OpenModel, Question
from collection.chat.database import AWAY, ahead_in_database, give_up, in_database
from collection.chat.delivery import deliver, send_update
from collection.chat.endings import end_of_error, end_of_halt, end_of_speech
from collection.chat.generations import End
from collection.chat.protocol import Done, Stored
from collection.chat.replies import Reply
from dialogue.backends import registry
from dialogue.backends.base import BackendError
from dialogue.outputs import Output
from dialogue.speakers import Speaker
from dialogue.thought_events import Thinking
from jobs.leases import LeaseLost
from studies.models import Generation

logger = logging.getLogger(__name__)

KEEP = 1.0
"""Seconds between two rounds of storing replies and renewing their leases."""
SOON = 1.0
"""Seconds that storing a finished reply may take before pages show that it is being saved."""
PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds between attempts to store a finished reply; the last value repeats."""
LAST_WORDS = 10.0
"""Seconds that a stopping process waits for the database to store the replies."""


class Answerer:
    """Generates the replies of one process; belongs to its event loop."""

    def __init__(
        self, open_model: OpenModel = registry.open_model, clock: Callable[[], datetime] = timezone.now
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{token_hex(4)}"
        self._chatbots = Chatbots(open_model)
        self._clock = clock
        self._replies: dict[int, Reply] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._preparations: dict[str, asyncio.Task[None]] = {}
        self._keeping: asyncio.Task[None] | None = None

    def start(self, question: Question, *first: Stored) -> None:
        """Ask the chatbot; this process holds the attempt. Pages receive ``first`` before any part of the reply."""
        self._replies[question.generation] = reply = Reply(question, first)
        self._run(self._answer(reply))
        if self._keeping is None or self._keeping.done():
            self._keeping = self._run(self._keep_all())

    def prepare(self, chatbot: str) -> None:
        """Start loading a chatbot: a page has opened, so a message will soon follow."""
        if chatbot and chatbot not in self._preparations:
            self._preparations[chatbot] = asyncio.create_task(self._chatbots.prepare(chatbot))

    @property
    def held(self) -> Collection[int]:
        """Return a live view of the attempts in progress in this process."""
        return self._replies.keys()

    def find(self, token: str) -> Reply | None:
        """Return the reply in progress here in that dialogue, or None."""
        return next((reply for reply in self._replies.values() if reply.question.token == token), None)

    async def keep(self) -> None:
        """Store the text of the replies in progress and renew their leases; end those that must end early."""
        kept = {generation: reply.kept for generation, reply in self._replies.items()}
        halts = await ahead_in_database(generations.keep, kept, self.name)
        for generation, reply in self._replies.items():
            if generation in halts:
                reply.halt(halts[generation])
            elif generation in kept:
                reply.repeat_since(kept[generation])

    async def shut_down(self) -> None:
        """End all replies in progress as interrupted, so that no page waits for leases to expire.

        Wait a little for an unavailable database, because no other process can store the text since the last write.
        """
        for reply in self._replies.values():
            reply.halt("shutdown")
        under_way = self._tasks - {self._keeping}
        if under_way:
            _, unsaved = await asyncio.wait(under_way, timeout=LAST_WORDS)
            if unsaved:
                self._abandon(unsaved)

    def _abandon(self, unsaved: Collection[asyncio.Task[None]]) -> None:
        logger.error(
            "The server is stopping while the database is unavailable. The ends of replies are lost in these dialogues: %s.",
            ", ".join(sorted(reply.question.token for reply in self._replies.values())),
        )
        give_up()
        for task in unsaved:
            task.cancel()

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task and keep a reference to it, because the event loop does not."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answer(self, reply: Reply) -> None:
        """Make one attempt at a reply, from the question to its stored end."""
        delivery = self._run(deliver(reply))
        try:
            done = await self._store(reply, await self._end_of(reply))
            reply.end()
            await delivery
            if done:
                await send_update(reply.question.token, done)
        except LeaseLost as lost:
            logger.info("%s", lost)
        except Exception:
            # The outermost frame: if nothing can be recorded, the reply ends with its lease, and pages find out then.
            logger.exception("A reply in dialogue %s could not be finished.", reply.question.token)
        finally:
            reply.end()
            self._replies.pop(reply.question.generation, None)

    async def _end_of(self, reply: Reply) -> End:
        """Let the chatbot generate until it has finished, has failed, or must end early."""
        speaking = asyncio.create_task(self._speak(reply))
        try:
            ends: list[asyncio.Future[Any]] = [speaking, reply.halted]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if speaking.done():
                return end_of_speech(reply, speaking.result())
            return end_of_halt(reply, reply.halted.result())
        except LeaseLost:
            raise
        except Exception as error:
            # Whatever the error, the participant reads a sentence and may try again.
            return end_of_error(reply, error)
        finally:
            speaking.cancel()
            await asyncio.wait([speaking])

    async def _speak(self, reply: Reply) -> Output:
        speaker = await self._chatbots.find_speaker(reply.question)
        reply.model = speaker.model
        async with self._chatbots.queue_for(speaker.model).slot(reply.wait):
            reply.begin()
            return await _listen(speaker, reply)

    async def _store(self, reply: Reply, end: End) -> Done | None:
        """Store the end of the reply, however long the database is unavailable, and return the frame for its pages.

        Raises LeaseLost if its dialogue is deleted.
        """
        ended_at = self._clock()
        notice = asyncio.get_running_loop().call_later(SOON, reply.save)
        try:
            for pause in chain(PAUSES, repeat(PAUSES[-1])):
                try:
                    return await in_database(_finish, reply.question.generation, self.name, end, ended_at)
                except AWAY as error:
                    logger.error("The reply in dialogue %s will be saved later: %s", reply.question.token, error)
                except DatabaseError:
                    if end.state == Generation.State.FAILED:
                        raise
                    logger.exception("Only the text of the reply in dialogue %s can be saved.", reply.question.token)
                    end = end_of_halt(reply, "broken")
                reply.save()
                await asyncio.sleep(pause)
            raise AssertionError("the pauses never end")
        finally:
            notice.cancel()

    async def _keep_all(self) -> None:
        """Store the text so far of each reply and renew its lease, as long as there are any."""
        while self._replies:
            await asyncio.sleep(KEEP)
            try:
                await self.keep()
            except AWAY as error:
                logger.error("Replies in progress could not be stored and will be tried again: %s", error)
            except Exception:
                # The outermost frame: a failure to keep replies must not go unnoticed.
                logger.exception("Replies in progress cannot be stored.")
                for reply in self._replies.values():
                    reply.halt("broken")


def _finish(generation: int, owner: str, end: End, at: datetime) -> Done | None:
    """Store the end in one call to the database, because all chats share its thread."""
    generations.finish(generation, owner, end, at)
    return done_frame(generation)


async def _listen(speaker: Speaker, reply: Reply) -> Output:
    question = reply.question
    pieces = speaker.stream(question.history(speaker), question.position, question.attempt, reply.listen)
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Output):
                return piece
            if isinstance(piece, Thinking):
                reply.think(piece.said)
            else:
                reply.add(piece)
    raise BackendError(f"Model {question.model!r} stopped before its reply was complete. Ask again.")


_answerers: WeakKeyDictionary[asyncio.AbstractEventLoop, Answerer] = WeakKeyDictionary()


def answerer() -> Answerer:
    """Return the answerer of the running event loop; a server process has one loop."""
    loop = asyncio.get_running_loop()
    if loop not in _answerers:
        _answerers[loop] = Answerer()
    return _answerers[loop]
