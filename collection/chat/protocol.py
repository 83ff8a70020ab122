"""What the chat's page and the server send each other over the socket: JSON objects, one a frame.

Positions and offsets count from 0; an offset counts Unicode code points, which JavaScript's string length does not.
"""

import json
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from studies.storable_text import storable

MESSAGE_LIMIT = 8_000
"""The most characters of a message."""
DRAFT_LIMIT = 10_000
"""The most characters of a draft: a participant who has typed too much keeps it while they shorten it. A page does not send
longer ones."""
FRAME_LIMIT = 64 * 1024
"""The most bytes of a frame. A longer one closes the socket with ``TOO_BIG``."""
TOO_BIG = 1009
"""The WebSocket's code for a frame that is too long (RFC 6455)."""
TOO_FAST = 1008
"""The WebSocket's code for a page that breaks a rule: it floods the server."""
MESSAGES_PER_MINUTE = 20

GenerationState = Literal["queued", "streaming", "thinking", "saving", "complete", "stopped", "interrupted", "failed"]
EndState = Literal["complete", "stopped", "interrupted", "failed"]
"""The states of a try that has ended. In every other one the reply is under way."""

Text = Annotated[str, BeforeValidator(lambda text: storable(text) if isinstance(text, str) else text)]
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class MalformedFrame(ValueError):
    """Not a frame of this protocol; the message is a sentence, ``key`` that of the message that was refused."""

    def __init__(self, sentence: str, key: str = "") -> None:
        super().__init__(sentence)
        self.key = key


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# What the page sends.


class TypingNotes(_Frame):
    """How a message was written. Seconds are None where there was no key, as when everything was pasted."""

    first_key_seconds: Seconds | None = None
    typing_seconds: Seconds | None = None
    pastes: Count = 0
    pasted_characters: Count = 0
    times_hidden: Count = 0
    hidden_seconds: Seconds = 0.0


class Say(_Frame):
    """A message. The page draws ``key``, and sends the same again when it does not know whether the message arrived.

    The length of ``text`` is checked where it is stored, with a sentence of its own.
    """

    type: Literal["say"]
    key: str = Field(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")
    text: Text
    typing: TypingNotes = TypingNotes()


class Retry(_Frame):
    """Another try for the last message, whose reply was interrupted or failed."""

    type: Literal["retry"]


class Stop(_Frame):
    """The reply under way may end here."""

    type: Literal["stop"]


class Draft(_Frame):
    """The text in the box, unsent."""

    type: Literal["draft"]
    text: Text = Field(max_length=DRAFT_LIMIT)


class Resume(_Frame):
    """The page lost the thread and asks for a snapshot."""

    type: Literal["resume"]


ClientFrame = Say | Retry | Stop | Draft | Resume
_CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(Annotated[ClientFrame, Field(discriminator="type")])

# What the server sends.


class Next(_Frame):
    """Whether the next goal may come, and in a sentence why not."""

    allowed: bool
    why_not: str = ""


class Permissions(_Frame):
    """What the participant may do now; each refusal comes with a sentence."""

    may_write: bool
    why_not: str = ""
    next: Next


class RunningReply(_Frame):
    """The last try of the chatbot at the last message, unless that message is settled. ``text`` is all there is of it.

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
    """Everything a page needs to show the dialogue; on connecting, and whenever it cannot follow otherwise.

    It may come at any time and repeat what the page knows: ``draft`` fills only a box that nobody has touched.
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
    """The reply waits; ``place`` is its queue position, how many others wait in front."""

    type: Literal["queued"] = "queued"
    position: int
    place: int


class Piece(_Frame):
    """More of a reply. An empty one at offset 0 means that the chatbot begins."""

    type: Literal["piece"] = "piece"
    position: int
    attempt: int
    offset: int
    text: str


class Thinking(_Frame):
    """The chatbot is thinking: nothing more is shown until a piece arrives. The reply has ``length`` characters so far; pages
    remove any text beyond them."""

    type: Literal["thinking"] = "thinking"
    position: int
    attempt: int
    length: int


class Saving(_Frame):
    """The reply is complete but not stored yet. The next message has to wait until it is."""

    type: Literal["saving"] = "saving"
    position: int
    attempt: int


class Done(Permissions):
    """A try of the chatbot has ended; the fragment of the turn shows how."""

    type: Literal["done"] = "done"
    position: int
    attempt: int
    state: EndState
    message: str = ""


class Refused(_Frame):
    """What the page asked for was not done. With a ``key``: that message was not stored."""

    type: Literal["refused"] = "refused"
    key: str = ""
    message: str


class DraftChanged(_Frame):
    """Another page of the same dialogue changed the draft."""

    type: Literal["draft"] = "draft"
    text: str


class DraftKept(_Frame):
    """The page's own draft is stored; one such frame for each, in order. A page without one must send its draft again."""

    type: Literal["kept"] = "kept"


class Moved(_Frame):
    """The dialogue is over or deleted: reload the page."""

    type: Literal["moved"] = "moved"


ServerFrame = Snapshot | Stored | Queued | Piece | Thinking | Saving | Done | Refused | DraftChanged | DraftKept | Moved


def read_frame(text: str) -> ClientFrame:
    """Return what the page sent. Raises MalformedFrame."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedFrame("The server could not read what the page sent: please reload the page.") from error
    try:
        return _CLIENT_FRAME.validate_python(data)
    except ValidationError as error:
        raise MalformedFrame(
            "The server does not understand what the page sent: please reload the page.", _key(data)
        ) from error


def _key(data: Any) -> str:
    """Return the key of a malformed message, so that its text goes back into the box."""
    key = data.get("key") if isinstance(data, dict) else None
    return storable(key[:40]) if isinstance(key, str) else ""
