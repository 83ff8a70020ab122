"""One try at a reply, as the process that makes it holds it in memory."""

import asyncio
from typing import Literal

from collection.characters import storable
from collection.chat.generations import Halt, Kept
from collection.chat.protocol import Piece, Queued
from collection.chat.responding import Question
from collection.models import Generation
from dialogue.backends.base import ChatModel

Reason = Halt | Literal["shutdown", "broken"]
"""Why a reply ends before the chatbot has finished it."""

State = Generation.State


class Reply:
    """What there is of a reply so far, and what of it pages have been told.

    ``news`` is set when there is more to tell; ``halted`` gets the reason when the reply is to end early, ``over`` its result
    when it has ended. ``model`` is known once it is loaded.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.text = ""
        self.state = State.QUEUED
        self.place = 0
        self.model: ChatModel | None = None
        self.news = asyncio.Event()
        self.halted: asyncio.Future[Reason] = asyncio.get_running_loop().create_future()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._untold: list[Queued] = []
        self._told = 0
        self._kept = 0
        self._is_begin_told = False

    @property
    def kept(self) -> Kept:
        """What the database is to know."""
        return Kept(self.text, self.state, self.place)

    def is_for(self, position: int, attempt: int) -> bool:
        """Whether it is that try at that turn's reply."""
        return (self.question.position, self.question.attempt) == (position, attempt)

    def wait(self, place: int) -> None:
        """The chatbot is busy with others, and ``place`` more wait before this one."""
        self.place = place
        self._untold = [Queued(position=self.question.position, place=place)]
        self.news.set()

    def begin(self) -> None:
        """The chatbot turns to this one."""
        self.state, self.place, self._untold = State.STREAMING, 0, []
        self.news.set()

    def add(self, piece: str) -> None:
        """The chatbot has said more."""
        self.text += storable(piece)
        self.news.set()

    def halt(self, reason: Reason) -> None:
        """Lets the reply end early; the first reason counts."""
        if not self.halted.done():
            self.halted.set_result(reason)

    def end(self) -> None:
        """Nothing will be added any more."""
        if not self.over.done():
            self.over.set_result(None)
        self.news.set()

    def repeat_since(self, kept: Kept) -> None:
        """The database holds ``kept`` now. A page that began with what it held before gets all that came after."""
        if len(self.text) > self._kept:
            self._told = min(self._told, self._kept)
            self._kept = len(kept.text)
            self.news.set()

    def news_for_pages(self) -> list[Queued | Piece]:
        """What pages have not been told yet; from now on they have."""
        told: list[Queued | Piece] = [*self._untold]
        self._untold = []
        is_begun = self.state == State.STREAMING and not self._is_begin_told
        if is_begun or len(self.text) > self._told:
            told.append(self._piece(self._told))
            self._is_begin_told, self._told = True, len(self.text)
        return told

    def _piece(self, offset: int) -> Piece:
        asked = self.question
        return Piece(position=asked.position, attempt=asked.attempt, offset=offset, text=self.text[offset:])
