"""The protocol between the chat page and the server over the socket: JSON objects, one per frame.

Positions and offsets count from 0; an offset counts Unicode code points, which JavaScript's string length does not.
"""

import json
from typing import Annotated, Any, Literal, get_args

from django.utils.translation import gettext
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from studies.storable_text import storable

MESSAGE_LIMIT = 8_000
"""Maximum number of characters in a message."""
DRAFT_LIMIT = 10_000
"""Maximum number of characters in a draft, more than in a message so that a participant can shorten a text that is too long.
Pages do not send longer drafts."""
FRAME_LIMIT = 64 * 1024
"""Maximum number of bytes in a frame. A longer one closes the socket with ``TOO_BIG``."""
TOO_BIG = 1009
"""The WebSocket close code for a frame that is too long (RFC 6455)."""
TOO_FAST = 1008
"""The WebSocket close code for a policy violation: the page floods the server."""
MESSAGES_PER_MINUTE = 20
"""The most messages of one dialogue, retries included."""

GenerationState = Literal["queued", "streaming", "thinking", "saving", "complete", "stopped", "interrupted", "failed"]
EndState = Literal["complete", "stopped", "interrupted", "failed"]
"""States of an attempt that has ended. In all other states the reply is in progress."""

Text = Annotated[str, BeforeValidator(lambda text: storable(text) if isinstance(text, str) else text)]
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class MalformedFrame(ValueError):
    """Not a frame of this protocol. The error message is a sentence; ``key`` identifies the refused chat message."""

    def __init__(self, sentence: str, key: str = "") -> None:
        super().__init__(sentence)
        self.key = key


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# Frames from the page.


class TypingNotes(_Frame):
    """How a message was written. Seconds are None without a keystroke, for example if everything was pasted."""

    first_key_seconds: Seconds | None = None
    typing_seconds: Seconds | None = None
    pastes: Count = 0
    pasted_characters: Count = 0
    times_hidden: Count = 0
    hidden_seconds: Seconds = 0.0


class Say(_Frame):
    """A message. The page generates ``key``, and repeats it when it does not know whether the message arrived.

    The length of ``text`` is checked where it is stored, with a specific error.
    """

    type: Literal["say"]
    key: str = Field(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")
    text: Text
    typing: TypingNotes = TypingNotes()


class Retry(_Frame):
    """Request another attempt for the last message, whose reply was interrupted or failed."""

    type: Literal["retry"]


class Stop(_Frame):
    """Request to stop the reply in progress."""

    type: Literal["stop"]


class Draft(_Frame):
    """The text in the box, unsent."""

    type: Literal["draft"]
    text: Text = Field(max_length=DRAFT_LIMIT)


class Resume(_Frame):
    """The page has missed something and requests a snapshot."""

    type: Literal["resume"]


ClientFrame = Say | Retry | Stop | Draft | Resume
_CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(Annotated[ClientFrame, Field(discriminator="type")])

# Frames from the server.


class Next(_Frame):
    """Whether the participant may continue with the next goal, and a sentence that says why not."""

    allowed: bool
    why_not: str = ""


class Permissions(_Frame):
    """What the participant may do now; each refusal has a sentence."""

    may_write: bool
    why_not: str = ""
    next: Next


class RunningReply(_Frame):
    """The chatbot's last attempt at the last message, unless that message is settled. ``text`` is its text so far.

    ``place`` is its queue position, as in Queued.
    """

    position: int
    attempt: int
    state: GenerationState
    place: int = 0
    text: str = ""
    message: str = ""

    @property
    def is_under_way(self) -> bool:
        return self.state not in get_args(EndState)


class Snapshot(Permissions):
    """Everything a page needs to show the dialogue; sent on connecting, and whenever the page has missed something.

    It may arrive at any time and repeat known data. A page uses ``draft`` only if its box is untouched.
    """

    type: Literal["snapshot"] = "snapshot"
    turns: int
    draft: str = ""
    generation: RunningReply | None = None
    ended: bool = False


class Stored(_Frame):
    """A message was stored as the turn at ``position``."""

    type: Literal["turn"] = "turn"
    position: int
    key: str


class Queued(_Frame):
    """The reply is queued; ``place`` is its queue position, the number of replies ahead of it."""

    type: Literal["queued"] = "queued"
    position: int
    place: int


class Piece(_Frame):
    """A piece of a reply. An empty one at offset 0 means that the chatbot begins."""

    type: Literal["piece"] = "piece"
    position: int
    attempt: int
    offset: int
    text: str


class Thinking(_Frame):
    """The chatbot is thinking, so nothing more is shown until a piece arrives. The reply has ``length`` characters so far;
    pages remove any text beyond them."""

    type: Literal["thinking"] = "thinking"
    position: int
    attempt: int
    length: int


class Saving(_Frame):
    """The reply is complete but not stored yet. The next message must wait until it is."""

    type: Literal["saving"] = "saving"
    position: int
    attempt: int


class Done(Permissions):
    """An attempt of the chatbot has ended; the turn's fragment shows how."""

    type: Literal["done"] = "done"
    position: int
    attempt: int
    state: EndState
    message: str = ""


class Refused(_Frame):
    """A request of the page was refused. With a ``key``, that message was not stored."""

    type: Literal["refused"] = "refused"
    key: str = ""
    message: str


class DraftChanged(_Frame):
    """Another page of the same dialogue changed the draft."""

    type: Literal["draft"] = "draft"
    text: str


class DraftKept(_Frame):
    """The page's draft is stored; one frame for each draft, in order. Without it, a page must send its draft again."""

    type: Literal["kept"] = "kept"


class Moved(_Frame):
    """The dialogue is over or deleted: reload the page."""

    type: Literal["moved"] = "moved"


ServerFrame = Snapshot | Stored | Queued | Piece | Thinking | Saving | Done | Refused | DraftChanged | DraftKept | Moved


def read_frame(text: str) -> ClientFrame:
    """Parse a frame from the page. Raises MalformedFrame."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedFrame(
            gettext("The server could not read a message from this page. Please reload the page.")
        ) from error
    try:
        return _CLIENT_FRAME.validate_python(data)
    except ValidationError as error:
        raise MalformedFrame(
            gettext("The server does not understand a message from this page. Please reload the page."), _key(data)
        ) from error


def _key(data: Any) -> str:
    """Return the key of a malformed message, so that its text goes back into the box."""
    key = data.get("key") if isinstance(data, dict) else None
    return storable(key[:40]) if isinstance(key, str) else ""
