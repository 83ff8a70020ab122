"""Check, free of charge, whether a provider can be used and serves the model."""

import json
from collections.abc import Sequence

from openai import APIStatusError, AzureOpenAI, DefaultHttpxClient, OpenAI

from dialogue.backends.base import Health
from dialogue.backends.openai.complaints import Complaint, complaint_in, told
from dialogue.backends.openai.connection import FAILURES, connection, status_complaint, transport, unreachable
from dialogue.backends.openai.errors import meaning, web_page
from dialogue.backends.openai.wire import address
from dialogue.model_config import ModelSpec

_SECONDS = 3.0
_LOADING = 503
"""The status of servers that are still loading their model, and of those whose engine has died."""
_MOST_NAMES = 3
_LONGEST_NAME = 80


def examine(spec: ModelSpec, seconds: float = _SECONDS) -> Health:
    """Check the key, the server and the name of the model by requesting the server's list of models, which is free."""
    known = connection(spec)
    kind = AzureOpenAI if spec.api == "azure" else OpenAI
    with kind(**known, timeout=seconds, max_retries=0, http_client=DefaultHttpxClient(**transport())) as client:
        try:
            return _read(client.models.with_raw_response.list().text, spec, client)
        except APIStatusError as error:
            if error.status_code in (404, 405, 501):
                return _ask_nothing(client, spec)
            if error.status_code == _LOADING:
                return Health(False, _not_ready(status_complaint(error, client.api_key), spec))
            return Health(False, str(meaning(status_complaint(error, client.api_key), spec)))
        except FAILURES as error:
            return Health(False, str(unreachable(error, spec)))


def _ask_nothing(client: OpenAI, spec: ModelSpec, listed: Sequence[str] = ()) -> Health:
    """Send a request without messages, which is refused free of charge; the refusal shows whether the model exists.

    Many servers accept a name that they do not list: an alias, or a model that they load when it is first used.
    """
    try:
        client.chat.completions.with_raw_response.create(model=spec.model, messages=[])
    except APIStatusError as error:
        if error.status_code == 404 and listed:
            return Health(False, _serves_others(spec, listed, client.api_key))
        if error.status_code in (401, 403, 404, 405, 410):
            return Health(False, str(meaning(status_complaint(error, client.api_key), spec)))
    except FAILURES:
        pass  # it responds; nothing else can be known
    return _unlisted(spec, f"{spec.model!r} among its models" if listed else "its models")


def _unlisted(spec: ModelSpec, what: str = "its models") -> Health:
    return Health(True, f"{address(spec)} can be reached, but does not list {what}.")


def _serves_others(spec: ModelSpec, listed: Sequence[str], secret: str) -> str:
    shown = [repr(told(name, secret)[:_LONGEST_NAME]) for name in listed[:_MOST_NAMES]]
    names = ", ".join(shown) + (" and others" if len(listed) > _MOST_NAMES else "")
    return (
        f"{address(spec)} can be reached, but serves {names}, not {spec.model!r}. Correct `model` of {spec.name!r}, or start "
        "the server with that model."
    )


def _not_ready(complaint: Complaint, spec: ModelSpec) -> str:
    return (
        f"{address(spec)} is not ready ({complaint.brief}). It may still be loading the model, which can take minutes. Try "
        "again later, or check the server's log."
    )


def _read(body: str, spec: ModelSpec, client: OpenAI) -> Health:
    """Judge the server by its list of models, or by the answer sent instead."""
    if body.lstrip().startswith("<"):
        return Health(False, str(web_page(spec)))
    if body.lstrip().startswith("data:"):
        return _unlisted(spec)
    try:
        listed = json.loads(body)
    except (ValueError, RecursionError):
        listed = None
    complaint = complaint_in(listed, client.api_key) if isinstance(listed, dict) else None
    if complaint:
        return Health(False, str(meaning(complaint, spec)))
    if (names := listed_names(listed)) is not None:
        is_unlisted = names and spec.api == "openai" and spec.model not in names  # Azure lists models, not deployments
        return _ask_nothing(client, spec, names) if is_unlisted else Health(True, _ready(spec, names))
    return Health(
        False,
        f"{address(spec)} answers with {'something other than' if body.strip() else 'nothing instead of'} a list of models. "
        f"Correct `base_url` of {spec.name!r} (it often ends in /v1).",
    )


def _ready(spec: ModelSpec, names: Sequence[str]) -> str:
    return f"{address(spec)} can be reached{f' and serves {spec.model!r}' if spec.model in names else ''}."


def listed_names(listed: object) -> list[str] | None:
    """Return the names in a list of models, in any of the servers' forms; None if it is no list of models."""
    if isinstance(listed, dict) and {"data", "models"} & listed.keys():
        inner = listed.get("data", listed.get("models"))
        listed = inner if isinstance(inner, list) else []
    if not isinstance(listed, list):
        return None
    entries = [each for each in listed if isinstance(each, dict)]
    return [name for each in entries if isinstance(name := each.get("id") or each.get("name"), str)]
