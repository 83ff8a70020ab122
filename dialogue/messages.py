"""What a chat model reads: a list of messages, each with a role."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat history.

    ``content`` is plain text: whatever a person typed or a model wrote. It never carries control tokens;
    the chat template's marks are added, and tokenised apart from it, by the backend.
    """

    role: Role
    content: str
