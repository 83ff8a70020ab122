"""One try at a reply, as the process that makes it holds it in memory."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from collection.chat.generations import Halt, Kept
from collection.chat.protocol import Piece, Queued, Saving, Stored, Thinking
from collection.chat.responding import Question
from dialogue.backends.base import ChatModel, Heard
from studies.models import Generation
from studies.storable_text import storable

Reason = Halt | Literal["shutdown", "broken"]
"""Why a reply ends before the chatbot has finished it."""

State = Generation.State


class Reply:
    """A reply so far, and how much of it pages have received.

    ``news`` is set when there is more to send; ``halted`` gets the reason when the reply must end early, ``over`` its result
    when it has ended. ``model`` is known once it is loaded. ``first`` is what pages must receive before anything else.
    """

    def __init__(self, question: Question, first: Sequence[Stored] = ()) -> None:
        self.question = question
        self.text = ""
        self.state = State.QUEUED
        self.place = 0
        self.model: ChatModel | None = None
        self._heard = Heard()
        self.news = asyncio.Event()
        self.halted: asyncio.Future[Reason] = asyncio.get_running_loop().create_future()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._first, self._untold = list(first), list[Queued]()
        self._told = 0
        self._kept = 0
        self._is_begin_told = False
        self._is_saving = self._is_saving_told = False
        self._is_thinking = self._is_thinking_told = False
        self._is_taken_back = False
        if first:
            self.news.set()

    @property
    def kept(self) -> Kept:
        """What the database is to know."""
        return Kept(self.text, self.state, self.place, self.raw)

    @property
    def raw(self) -> str:
        """All that the chatbot has put out, with its thoughts; empty where ``text`` is all. Participants never get it."""
        raw = storable(self._heard.raw)
        return "" if raw == self.text else raw

    @property
    def shown_state(self) -> str:
        """The text that pages show."""
        if self._is_saving:
            return "saving"
        return "thinking" if self._is_thinking else self.state.value

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

    def listen(self, heard: Heard) -> None:
        """What the chatbot puts out from now on is in ``heard``."""
        self._heard = heard

    def add(self, piece: str) -> None:
        """The chatbot has said more."""
        self.text += storable(piece)
        self._is_thinking = False
        self.news.set()

    def think(self, said: str) -> None:
        """Note that the chatbot is thinking. ``said`` is the whole reply so far: the text after it was a thought."""
        if len(said) < len(self.text):
            self.text, self._is_taken_back = storable(said), True
            self._told, self._kept = min(self._told, len(self.text)), min(self._kept, len(self.text))
        self._is_thinking, self._is_thinking_told = True, False
        self.news.set()

    def halt(self, reason: Reason) -> None:
        """Lets the reply end early; the first reason counts."""
        if not self.halted.done():
            self.halted.set_result(reason)

    def save(self) -> None:
        """Note that the reply is complete, but the database cannot store it yet."""
        self._is_saving = True
        self.news.set()

    def end(self) -> None:
        """Nothing will be added any more."""
        if not self.over.done():
            self.over.set_result(None)
        self.news.set()

    def repeat_since(self, kept: Kept) -> None:
        """Note that the database now holds ``kept``. A page that began with its earlier content gets everything after that.

        The database does not store that the chatbot is thinking, so such a page is told.
        """
        if self._is_thinking:
            self._is_thinking_told = False
            self.news.set()
        if len(self.text) > self._kept:
            self._told = min(self._told, self._kept)
            self._kept = len(kept.text)
            self.news.set()

    def news_for_pages(self) -> list[Stored | Queued | Piece | Thinking | Saving]:
        """What pages have not been told yet; from now on they have."""
        told: list[Stored | Queued | Piece | Thinking | Saving] = [*self._first, *self._untold]
        self._first, self._untold = [], []
        if self._is_taken_back:
            told.append(self._thinking(self._told))
            self._is_taken_back = False
        is_begun = self.state == State.STREAMING and not self._is_begin_told
        if is_begun or len(self.text) > self._told:
            told.append(self._piece(self._told))
            self._is_begin_told, self._told = True, len(self.text)
        if self._is_thinking and not self._is_thinking_told:
            told.append(self._thinking(len(self.text)))
            self._is_thinking_told = True
        if self._is_saving and not self._is_saving_told:
            told.append(Saving(position=self.question.position, attempt=self.question.attempt))
            self._is_saving_told = True
        return told

    def _thinking(self, length: int) -> Thinking:
        return Thinking(position=self.question.position, attempt=self.question.attempt, length=length)

    def _piece(self, offset: int) -> Piece:
        asked = self.question
        return Piece(position=asked.position, attempt=asked.attempt, offset=offset, text=self.text[offset:])
