"""Placement of the system text, for models without a system role."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from dialogue.messages import Message

SystemWay = Literal["message", "first_user", "none"]
"""The system text is a message with that role, comes before the first user message, or is left out."""


def place_system(messages: Sequence[Message], way: SystemWay) -> list[Message]:
    """Return the messages with the system text placed in this way.

    With "first_user", consecutive user messages become one, because many templates require alternating roles.
    """
    if way == "message":
        return list(messages)
    spoken = [message for message in messages if message.role != "system"]
    if way == "none":
        return spoken
    system = [Message("user", message.content) for message in messages if message.role == "system"]
    first = next((index for index, message in enumerate(spoken) if message.role == "user"), len(spoken))
    return joined([*spoken[:first], *system, *spoken[first:]])


def joined(messages: Iterable[Message]) -> list[Message]:
    """Return the messages, joining consecutive user messages with a blank line between their texts."""
    return list(_joined(messages))


def _joined(messages: Iterable[Message]) -> Iterator[Message]:
    waiting: Message | None = None
    for message in messages:
        if waiting and waiting.role == message.role == "user":
            waiting = replace(waiting, content=f"{waiting.content}\n\n{message.content}")
            continue
        if waiting:
            yield waiting
        waiting = message
    if waiting:
        yield waiting
