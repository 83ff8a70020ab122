"""How replies end, in words for the participant.

A backend's error is for researchers and may name servers, so it is stored separately and logged.
"""

import logging
from typing import Any

from django.utils.translation import gettext_noop

from collection.chat.generations import DIED, PRESS_RETRY, End
from collection.chat.replies import Reason, Reply
from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured
from dialogue.outputs import Output
from studies.language_models.keys import without_keys
from studies.models import Generation

logger = logging.getLogger(__name__)

SILENT = gettext_noop("The chatbot sent an empty reply.")
ALL_THOUGHT = gettext_noop(
    "The chatbot reached its length limit while it was thinking, so it could not reply."
    " Please try again, or contact the researchers."
)
CUT_SILENT = gettext_noop(
    "The chatbot reached its length limit before it could reply. Please try again, or contact the researchers."
)
UNREAD = gettext_noop("The chatbot stopped because this page was closed.") + PRESS_RETRY
RESTARTED = gettext_noop("The server was restarted while the chatbot was answering.") + PRESS_RETRY
BROKEN = gettext_noop("Something went wrong on our side while the chatbot was answering.") + PRESS_RETRY
UNAVAILABLE = gettext_noop(
    "The chatbot cannot answer at the moment. Please try again later, or contact the researchers."
)
FAILED = gettext_noop("The chatbot could not answer. Please try again.")
REFUSED = gettext_noop("The chatbot is not allowed to answer this message. Please rephrase it.")
TOO_LONG = gettext_noop("This message is too long for the chatbot. Please send a shorter one.")

State = Generation.State


def end_of_speech(reply: Reply, output: Output) -> End:
    """Return the end of a reply that the chatbot finished. An empty one counts as failed, because a retry may help."""
    if not reply.text.strip():
        message, reason = _silence(reply, output)
        return _end(reply, State.FAILED, message, output=output, reason=reason)
    return _answered(reply, State.COMPLETE, output)


def _silence(reply: Reply, output: Output) -> tuple[str, str]:
    """Return why the reply is empty, in a sentence for the participant and one for researchers."""
    model = reply.question.model
    if output.reply.stop_reason != "length":
        return SILENT, f"Model {model!r} sent an empty reply."
    advice = f"Raise max_tokens in [models.{model}.responder]."
    if output.reply.thoughts:
        return ALL_THOUGHT, f"Model {model!r} reached its output limit while thinking. {advice}"
    return CUT_SILENT, f"Model {model!r} reached its output limit before its reply. {advice}"


def end_of_halt(reply: Reply, reason: Reason) -> End:
    """Return the end of a reply that was stopped from outside. Its text is kept even if another process has taken over."""
    match reason:
        case "stopped":
            return _answered(reply, State.STOPPED)
        case "unread":
            return _end(reply, State.INTERRUPTED, UNREAD)
        case "shutdown":
            return _end(reply, State.INTERRUPTED, RESTARTED)
        case "broken":
            return _end(reply, State.FAILED, BROKEN)
        case "lost":
            return _end(reply, State.INTERRUPTED, DIED)


def end_of_error(reply: Reply, error: Exception) -> End:
    """Return the end of a reply during which the chatbot failed. It is final if the message itself is the reason."""
    match error:
        case ContextFull():
            return _end(reply, State.FAILED, TOO_LONG, is_final=True)
        case ContentRefused():
            return _end(reply, State.FAILED, REFUSED, is_final=True)
        case BackendError():
            reason = without_keys(str(error))
            logger.error("The chatbot failed in dialogue %s: %s", reply.question.token, reason)
            message = UNAVAILABLE if isinstance(error, ModelMisconfigured) else FAILED
            return _end(reply, State.FAILED, message, reason=reason)
        case _:
            logger.error("A reply in dialogue %s failed unexpectedly.", reply.question.token, exc_info=error)
            reason = f"Unexpected {type(error).__name__}. See the site's log."
            return _end(reply, State.FAILED, BROKEN, reason=reason)


def _end(reply: Reply, state: Generation.State, message: str = "", **more: Any) -> End:
    return End(state, reply.text, message, raw=reply.raw, **more)


def _answered(reply: Reply, state: Generation.State, output: Output | None = None) -> End:
    return _end(
        reply,
        state,
        output=output,
        utterance_tokens=_count(reply, reply.question.utterance),
        response_tokens=_count(reply, reply.text.strip()),
    )


def _count(reply: Reply, text: str) -> int | None:
    """Return the number of tokens by the responder's tokenizer, or None: a missing count must not lose the reply."""
    try:
        return reply.model.count_tokens(text) if reply.model else None
    except BackendError as error:
        logger.warning("The tokens in dialogue %s could not be counted: %s", reply.question.token, error)
        return None
