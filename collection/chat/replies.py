"""One attempt at a reply, in the memory of the process that makes it."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from collection.chat.chatbots import Question
from collection.chat.generations import Halt, Kept
from collection.chat.protocol import Piece, Queued, Saving, Stored, Thinking
from dialogue.backends.base import ChatModel, Heard
from studies.models import Generation
from studies.storable_text import storable

Reason = Halt | Literal["shutdown", "broken"]
"""Why a reply ends before the chatbot has finished it."""
Update = Stored | Queued | Piece | Thinking | Saving

State = Generation.State


class Reply:
    """A reply so far, and how much of it pages have received.

    ``news`` is set when there is more to send. ``halted`` receives the reason if the reply must end early, ``over`` the result
    when it has ended. ``model`` is set once it is loaded. Pages receive ``first`` before anything else.
    """

    def __init__(self, question: Question, first: Sequence[Stored] = ()) -> None:
        self.question = question
        self.text = ""
        self.state = State.QUEUED
        self.queue_position = 0
        self.model: ChatModel | None = None
        self._heard = Heard()
        self._is_thinking = self._is_saving = False
        self.news = asyncio.Event()
        self.halted: asyncio.Future[Reason] = asyncio.get_running_loop().create_future()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._first = list(first)
        self._unsent = set[Literal["queued", "taken back", "begun", "thinking", "saving"]]()
        self._sent = 0
        self._kept = 0
        if first:
            self.news.set()

    @property
    def kept(self) -> Kept:
        """Return the progress to store in the database."""
        return Kept(self.text, self.state, self.queue_position, self.raw)

    @property
    def raw(self) -> str:
        """Return the complete output with thoughts; empty if ``text`` is all of it. Participants never receive it."""
        raw = storable(self._heard.raw)
        return "" if raw == self.text else raw

    @property
    def shown_state(self) -> str:
        """Return the state that pages show."""
        if self._is_saving:
            return "saving"
        return "thinking" if self._is_thinking else self.state.value

    def is_for(self, position: int, attempt: int) -> bool:
        """Return whether this is the given attempt at the given turn."""
        return (self.question.position, self.question.attempt) == (position, attempt)

    def wait(self, queue_position: int) -> None:
        """Note that the chatbot is busy, and how many are waiting in front."""
        self.queue_position = queue_position
        self._unsent.add("queued")
        self.news.set()

    def begin(self) -> None:
        """Note that the chatbot begins this reply."""
        self.state, self.queue_position = State.STREAMING, 0
        self._unsent.discard("queued")
        self._unsent.add("begun")
        self.news.set()

    def listen(self, heard: Heard) -> None:
        """Use ``heard`` for the chatbot's raw output from now on."""
        self._heard = heard

    def add(self, piece: str) -> None:
        """Add a piece of the chatbot's reply."""
        self.text += storable(piece)
        self._is_thinking = False
        self._unsent.discard("thinking")
        self.news.set()

    def think(self, said: str) -> None:
        """Note that the chatbot is thinking. ``said`` is the whole reply so far; any text after it was a thought."""
        if len(said) < len(self.text):
            self.text = storable(said)
            self._unsent.add("taken back")
            self._sent, self._kept = min(self._sent, len(self.text)), min(self._kept, len(self.text))
        self._is_thinking = True
        self._unsent.add("thinking")
        self.news.set()

    def halt(self, reason: Reason) -> None:
        """Make the reply end early; the first reason counts."""
        if not self.halted.done():
            self.halted.set_result(reason)

    def save(self) -> None:
        """Note that the reply is complete, but the database cannot store it yet."""
        if not self._is_saving:
            self._is_saving = True
            self._unsent.add("saving")
        self.news.set()

    def end(self) -> None:
        """Note that nothing more will be added."""
        if not self.over.done():
            self.over.set_result(None)
        self.news.set()

    def repeat_since(self, kept: Kept) -> None:
        """Note that the database now holds ``kept``, and repeat everything after it for pages that start from there.

        The database does not store that the chatbot is thinking, so repeat that, too.
        """
        if self._is_thinking:
            self._unsent.add("thinking")
            self.news.set()
        if len(self.text) > self._kept:
            self._sent = min(self._sent, self._kept)
            self._kept = len(kept.text)
            self.news.set()

    def take_updates(self) -> list[Update]:
        """Return the updates that pages have not received yet, and count them as sent."""
        position, attempt = self.question.position, self.question.attempt
        updates: list[Update] = list(self._first)
        if "queued" in self._unsent:
            updates.append(Queued(position=position, place=self.queue_position))
        if "taken back" in self._unsent:
            updates.append(Thinking(position=position, attempt=attempt, length=self._sent))
        if "begun" in self._unsent or len(self.text) > self._sent:
            updates.append(Piece(position=position, attempt=attempt, offset=self._sent, text=self.text[self._sent :]))
            self._sent = len(self.text)
        if "thinking" in self._unsent:
            updates.append(Thinking(position=position, attempt=attempt, length=len(self.text)))
        if "saving" in self._unsent:
            updates.append(Saving(position=position, attempt=attempt))
        self._first.clear()
        self._unsent.clear()
        return updates
