"""Check, free of charge, whether a provider can be used."""

import json

from openai import APIStatusError, AzureOpenAI, DefaultHttpxClient, OpenAI

from dialogue.backends.base import Health
from dialogue.backends.openai.complaints import complaint_in
from dialogue.backends.openai.connection import FAILURES, connection, status_complaint, transport, unreachable
from dialogue.backends.openai.errors import meaning, web_page
from dialogue.backends.openai.wire import address
from dialogue.model_config import ModelSpec

_SECONDS = 3.0


def examine(spec: ModelSpec, seconds: float = _SECONDS) -> Health:
    """Check the key and the server by requesting its list of models, which is free."""
    known = connection(spec)
    kind = AzureOpenAI if spec.api == "azure" else OpenAI
    with kind(**known, timeout=seconds, max_retries=0, http_client=DefaultHttpxClient(**transport())) as client:
        try:
            return _read(client.models.with_raw_response.list().text, spec, known["api_key"])
        except APIStatusError as error:
            if error.status_code in (404, 405, 501):
                return _ask_nothing(client, spec)
            return Health(False, str(meaning(status_complaint(error, known["api_key"]), spec)))
        except FAILURES as error:
            return Health(False, str(unreachable(error, spec)))


def _ask_nothing(client: OpenAI, spec: ModelSpec) -> Health:
    """Send a request without messages, which is refused free of charge; the refusal shows whether the model exists."""
    try:
        client.chat.completions.with_raw_response.create(model=spec.model, messages=[])
    except APIStatusError as error:
        if error.status_code in (401, 403, 404, 405, 410):
            return Health(False, str(meaning(status_complaint(error, client.api_key), spec)))
    except FAILURES:
        pass  # it responds; nothing else can be known
    return _unlisted(spec)


def _unlisted(spec: ModelSpec) -> Health:
    return Health(True, f"{address(spec)} can be reached, but does not list its models.")


def _read(body: str, spec: ModelSpec, secret: str) -> Health:
    """Judge the server by its list of models, or by the answer sent instead."""
    if body.lstrip().startswith("<"):
        return Health(False, str(web_page(spec)))
    if body.lstrip().startswith("data:"):
        return _unlisted(spec)
    try:
        listed = json.loads(body)
    except (ValueError, RecursionError):
        listed = None
    complaint = complaint_in(listed, secret) if isinstance(listed, dict) else None
    if complaint:
        return Health(False, str(meaning(complaint, spec)))
    if isinstance(listed, list) or (isinstance(listed, dict) and {"data", "models"} & listed.keys()):
        return Health(True, f"{address(spec)} can be reached.")
    return Health(
        False,
        f"{address(spec)} answers with {'something other than' if body.strip() else 'nothing instead of'} a list of models. "
        f"Correct `base_url` of {spec.name!r} (it often ends in /v1).",
    )
