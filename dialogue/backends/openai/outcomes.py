"""Errors for an answer that does not arrive, breaks off, or has no text."""

import httpx2
from openai import APITimeoutError

from dialogue.backends.base import BackendError
from dialogue.backends.openai.answer import Answer
from dialogue.backends.openai.complaints import told
from dialogue.backends.openai.connection import unreachable
from dialogue.backends.openai.errors import alone, full, refusal, web_page
from dialogue.backends.openai.stream import Unreadable
from dialogue.backends.openai.wire import address
from dialogue.model_config import ModelSpec


def check_answer(answer: Answer, spec: ModelSpec, *, may_lack_reason: bool) -> None:
    """Check the answer. Raises the contract's error if it is not a complete reply.

    ``may_lack_reason``: a stream that ends with [DONE] and without finish_reason is complete.
    """
    if answer.finish == "refused" or answer.refusal.strip():
        raise refusal(spec)
    if answer.first is None and (answer.finish == "full" or _had_no_room(answer)):
        raise full(spec)
    if answer.finish == "failed":
        raise BackendError(f"{address(spec)} gave up on its answer. Try again later{_hint(answer, spec)}.")
    if answer.has_called_tools and not answer.text:
        raise BackendError(
            f"{spec.model!r} at {address(spec)} called a tool instead of answering. Switch tools off there."
        )
    is_whole = answer.is_message or (answer.is_done and may_lack_reason)
    if answer.finish is None and (answer.first is None or not is_whole):
        raise _incomplete(answer, spec)


def unreadable(event: Unreadable, answer: Answer, spec: ModelSpec, secret: str) -> BackendError:
    """Return the error for an event that is not a chunk."""
    if event.is_page and answer.first is None:
        return web_page(spec)
    words = told(event.text, secret)[:80]
    what_to_do = f"Check `base_url` of {spec.name!r}, or try again later" if answer.first is None else "Try again later"
    return BackendError(f"{address(spec)} sent something that is not part of an answer ({words}). {what_to_do}.")


def broken(error: Exception, answer: Answer, spec: ModelSpec) -> BackendError:
    """Return the error for a connection that fails before the answer is complete."""
    if isinstance(error, APITimeoutError | TimeoutError | httpx2.TimeoutException):
        return BackendError(f"{address(spec)} did not answer in time. Try again later, or lower `requests`.")
    if isinstance(error, httpx2.NetworkError | httpx2.ProtocolError):
        return BackendError(
            f"{address(spec)} stopped before its answer was complete. Try again later{_hint(answer, spec)}."
        )
    return unreachable(error, spec)


def _had_no_room(answer: Answer) -> bool:
    """Return whether an answer without text was cut before its first token, because the messages filled the context."""
    return answer.finish == "length" and answer.completion_tokens is None


def _incomplete(answer: Answer, spec: ModelSpec) -> BackendError:
    where = address(spec)
    if answer.first is None:
        return BackendError(
            f"{where} sent an empty answer. Check `base_url` of {spec.name!r}, or try again later{_hint(answer, spec)}."
        )
    if answer.is_done:
        return BackendError(
            f"{where} ended its answer without a finish_reason, so another request may have cut it off. "
            f"If {alone(spec)}, or try again later."
        )
    return BackendError(
        f"{where} ended its answer without a finish_reason and without [DONE], so part of it may be missing. "
        f"Try again later; if {alone(spec)}."
    )


def _hint(answer: Answer, spec: ModelSpec) -> str:
    return "" if answer.is_alone else f"; if {alone(spec)}"
