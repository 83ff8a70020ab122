"""Messages for chat models, each with a role."""

from dataclasses import dataclass
from typing import Literal

Speaking = Literal["user", "assistant"]
Role = Literal["system"] | Speaking


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat history.

    ``content`` is plain text, as a person typed it or a model wrote it. It never contains control tokens: the backend adds the
    chat template's marks and tokenises them separately.
    """

    role: Role
    content: str
