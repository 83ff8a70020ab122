"""What a provider's errors mean to the method, and what a person can do about each."""

import re

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured
from dialogue.backends.openai_wire import address
from dialogue.models import ModelSpec

_REFUSALS = {"content_filter", "content_policy_violation", "invalid_prompt"}
_OVERFLOWS = {"context_length_exceeded", "exceed_context_size_error"}
_OVERFLOW_IN_WORDS = re.compile(r"maximum context length|context (size|window)", re.IGNORECASE)


def translated(error: APIError, spec: ModelSpec) -> BackendError:
    """The contract's error for one of the library's. A provider may also send one in the middle of an answer."""
    if isinstance(error, APITimeoutError):
        return BackendError(f"{address(spec)} did not answer in time: try again later, or lower `requests`.")
    if isinstance(error, APIConnectionError):
        return BackendError(f"{address(spec)} cannot be reached: check that it runs, and `base_url` of {spec.name!r}.")
    meaning = _of_content(error, spec)
    if meaning is None and isinstance(error, APIStatusError):
        meaning = _of_status(error, spec)
    return meaning or BackendError(f"{address(spec)} failed ({_words(error)}): try again later.")


def refusal(spec: ModelSpec) -> ContentRefused:
    """What is raised when the provider refuses a request, or stops an answer, for its content."""
    return ContentRefused(f"The provider of {spec.name!r} refuses this content: it cannot be answered there.")


def _of_content(error: APIError, spec: ModelSpec) -> BackendError | None:
    """What ``error`` says about the messages. Servers put the kind into ``code``, into ``type`` or into words."""
    kinds = {error.code, error.type}
    if kinds & _REFUSALS:
        return refusal(spec)
    if kinds & _OVERFLOWS or _OVERFLOW_IN_WORDS.search(error.message):
        return ContextFull(f"The dialogue no longer fits the context of {spec.name!r}.")
    return None


def _of_status(error: APIStatusError, spec: ModelSpec) -> BackendError | None:
    match error.status_code:
        case 401 | 403:
            return ModelMisconfigured(f"{address(spec)} refuses the key of {spec.name!r}: check {_key_source(spec)}.")
        case 404:
            return ModelMisconfigured(
                f"{address(spec)} knows no model {spec.model!r}: check `model` and `base_url` of {spec.name!r}."
            )
        case 429:
            return BackendError(
                f"{address(spec)} limits the rate or the quota: lower `requests` of {spec.name!r}, or wait."
            )
        case 400 | 422:
            return ModelMisconfigured(
                f"{address(spec)} does not accept the settings of {spec.name!r} ({_words(error)})."
            )
    return None


def _key_source(spec: ModelSpec) -> str:
    return f"the environment variable {spec.key_env}" if spec.key_env else "`key_env`, which names no variable"


def _words(error: APIError) -> str:
    """The provider's own words, kept to a sentence's length."""
    return error.message.rstrip(".")[:200]
