"""Reaching a provider: its address, its key, and the errors that prevent a request from arriving."""

import os
import ssl
from functools import cache
from typing import Any

import httpx2
from openai import APIConnectionError, APIStatusError, OpenAIError

from dialogue.backends.base import BackendError, ModelMisconfigured
from dialogue.backends.openai.complaints import Complaint, read_complaint
from dialogue.backends.openai.wire import address
from dialogue.model_config import ModelSpec

FAILURES = (OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError)
"""Errors of the library and its dependencies. TimeoutError is an OSError; a text that cannot be sent raises ValueError."""

_QUOTES = "\"'`“”‘’«»"


def connection(spec: ModelSpec) -> dict[str, Any]:
    """Return the arguments of a client of either kind. Raises ModelMisconfigured."""
    try:
        httpx2.URL(address(spec))
    except httpx2.InvalidURL as error:
        raise ModelMisconfigured(f"{address(spec)} is not an address. Correct `base_url` of {spec.name!r}.") from error
    if spec.api == "openai":
        return {"api_key": _key(spec), "base_url": address(spec)}
    for setting in ("base_url", "api_version"):
        if not getattr(spec, setting):
            raise ModelMisconfigured(f"Model {spec.name!r} runs on Azure. Set its {setting!r} in the models file.")
    return {"api_key": _key(spec), "azure_endpoint": spec.base_url, "api_version": spec.api_version}


def transport() -> dict[str, Any]:
    """Return the HTTP client. It follows no redirects: texts go only where the description says."""
    return {"follow_redirects": False, "verify": _certificates()}


@cache
def _certificates() -> ssl.SSLContext:
    """Load the certificates once: that takes 0.1 s."""
    return httpx2.create_ssl_context()


def status_complaint(error: APIStatusError, secret: str) -> Complaint:
    """Read the complaint of a response whose status is an error."""
    if 300 <= error.status_code < 400:
        place = error.response.headers.get("location", "another address").split("?")[0]
        return read_complaint(error.status_code, place, secret)
    return read_complaint(error.status_code, error.response.text, secret)


def unreachable(error: Exception, spec: ModelSpec) -> BackendError:
    """Return the error for a request without any answer."""
    if isinstance(error, APIConnectionError | OSError):
        loaded = " and has loaded its model" if spec.base_url else ""  # vLLM refuses connections until then
        return BackendError(
            f"{address(spec)} cannot be reached. Check that it is running{loaded}, and check `base_url` of {spec.name!r}."
        )
    return BackendError(
        f"{address(spec)} could not be reached, or its answer could not be read ({type(error).__name__}). "
        f"Check `base_url` of {spec.name!r}, or try again later."
    )


def _key(spec: ModelSpec) -> str:
    """Return the key. Local servers may need none, but the library requires one. Errors never contain the key."""
    if spec.key_env is None:
        return "none"
    key = os.environ.get(spec.key_env, "")
    if not key.strip():
        raise ModelMisconfigured(f"Model {spec.name!r} needs a key. Set the environment variable {spec.key_env}.")
    if key != key.strip() or key.strip()[0] in _QUOTES or key.strip()[-1] in _QUOTES:
        raise ModelMisconfigured(
            f"The key in the environment variable {spec.key_env} has white space or quotation marks around it. Remove them."
        )
    if not all("!" <= character <= "~" for character in key):
        raise ModelMisconfigured(
            f"The key in the environment variable {spec.key_env} contains characters that no key has "
            "(spaces, line breaks, letters beyond ASCII). Copy it again."
        )
    return key
