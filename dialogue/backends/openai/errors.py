"""What a provider's errors mean to the method, and what a person can do about each."""

import math
import re

from dialogue.backends.base import BackendError, ContentRefused, ContextFull, ModelMisconfigured
from dialogue.backends.openai.complaints import Complaint
from dialogue.backends.openai.overflow import is_overflow, is_rate
from dialogue.backends.openai.wire import address
from dialogue.model_config import ModelSpec

_REFUSED_KIND = re.compile(
    r"content.?(filter|policy|block)|sensitive.?content|guardrail|invalid_prompt|moderation|data_inspection|prompt_blocked"
    r"|prohibited_content|responsible.?ai|safety",
)
_REFUSED_WORDS = re.compile(
    r"content.?(management )?polic|content.?filter|(input|prompt|content|message|request)\b.{0,60}\bflagged"
    r"|safety (system|filter|setting|polic)|inappropriate content|responsible ai"
    r"|violat\w+ .{0,40}(usage|content|safety|use|moderation|guardrail) (polic|guideline)"
    r"|(blocked|rejected) .{0,40}(moderation|safety|guardrail)|new_sensitive|content exists risk|jailbreak"
    r"|\b(sensitive|unsafe|prohibited|harmful) (content|information|words|text)|敏感|违规内容|违禁",
    re.IGNORECASE,
)
_SYSTEM_ROLE = re.compile(
    r"(system|developer)\W{0,3} ?(role|message|prompt|instruction)s?\b.{0,60}"
    r"(not (support|allow|enabled|accept|permit)|unsupported|n't (support|allow|accept))"
    r"|(not support|n't support|unsupported|not allow|not accept|unknown|invalid)\w*.{0,40}\b(system|developer)\W{0,3} ?"
    r"(role|message|prompt|instruction|with this model)"
    r"|role\W{1,4}(system|developer)\b.{0,40}(\bnot\b|invalid|unsupported)"
    r"|(invalid|unknown|unsupported|unexpected) (role|value)\W{1,4}(system|developer)"
    r"|\brole\b.{0,30}(should|must) be (one of)?.{0,6}user.{0,10}assistant|only user\b.{0,5}\bassistant\b.{0,15}\broles"
    r"|first message (must|should) .{0,20}\buser\b|must (start|begin) with .{0,10}\buser\b"
    r"|(?<!system message, conversation )roles must alternate",
    re.IGNORECASE,
)
_KEY = re.compile(r"\bapi.?key\b|login fail|unauthori[sz]ed|authenticat|invalid.{0,10}credential", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"\bmodel\b.{0,80}(not (found|exist)|n't exist|unknown)|(unknown|invalid|no such|not a valid) model\b"
    r"|\bmodel (id\w*|name)\b.{0,20}invalid|(unexpected|unknown|no such) (endpoint|route|path|url)|\binvalid url\b"
    r"|plain http request",
    re.IGNORECASE,
)
"""Matches words about a model or an address that the server does not know."""
_BUSY = re.compile(
    r"\bbusy\b|\bslots?\b|one request|another request|concurren|already (processing|running|generating)|in progress",
    re.IGNORECASE,
)


def meaning(complaint: Complaint, spec: ModelSpec) -> BackendError:
    """Return the contract's error for a complaint, with a status or within an answer."""
    return _of_content(complaint, spec) or _of_status(complaint, spec)


def refusal(spec: ModelSpec) -> ContentRefused:
    """Return the error for a provider that refuses a request, or stops an answer, because of its content."""
    return ContentRefused(f"The provider of {spec.name!r} refuses this content, so the model cannot answer it.")


def full(spec: ModelSpec) -> ContextFull:
    """Return the error for messages that leave no room for an answer."""
    return ContextFull(f"The dialogue no longer fits the context of {spec.name!r}.")


def resting(spec: ModelSpec, seconds: float) -> BackendError:
    """Return the error for a provider that has asked for a pause of this many seconds."""
    return BackendError(
        f"{address(spec)} limits the rate or the quota and allows no request for another {math.ceil(seconds / 60)} min. "
        f"Lower `requests` of {spec.name!r}, or wait."
    )


def without_schema(complaint: Complaint, spec: ModelSpec) -> ModelMisconfigured:
    """Return the error for a server that cannot make an output follow a JSON schema."""
    return ModelMisconfigured(
        f"{address(spec)} cannot make the outputs of {spec.model!r} follow a JSON schema ({complaint.brief}). "
        f"Choose a prompt set for {spec.name!r} that reads the output in another way."
    )


def web_page(spec: ModelSpec) -> ModelMisconfigured:
    """Return the error for a web site instead of a model."""
    return ModelMisconfigured(
        f"{address(spec)} answers with web pages, not as an OpenAI-compatible API. Correct `base_url` of {spec.name!r}"
        " (it often ends in /v1)."
    )


def alone(spec: ModelSpec) -> str:
    """Return, after "if", what to do about a server on which a new request cuts off the previous one."""
    return f"the server answers one request at a time, set `requests = 1` for {spec.name!r}"


def _of_content(complaint: Complaint, spec: ModelSpec) -> BackendError | None:
    """Return the error for a complaint about the messages. Servers put its kind into ``code``, ``type`` or words."""
    is_about_key = complaint.status == 401
    if complaint.status == 451 or any(map(_REFUSED_KIND.search, complaint.kinds)):
        return refusal(spec)
    if complaint.status in (None, 400, 403, 422) and _REFUSED_WORDS.search(complaint.words):
        return refusal(spec)
    if is_overflow(complaint):
        return full(spec)
    if not is_about_key and _SYSTEM_ROLE.search(complaint.words):
        return ModelMisconfigured(
            f"{address(spec)} refuses system messages for {spec.model!r} ({complaint.brief}). "
            f'Set `system = "first_user"` for {spec.name!r} in models.toml.'
        )
    return None


def _of_status(complaint: Complaint, spec: ModelSpec) -> BackendError:
    where, words = address(spec), complaint.brief
    match complaint.status:
        case None | 400 | 401 | 403 if complaint.status in (401, 403) or _KEY.search(complaint.words):
            return ModelMisconfigured(f"{where} refuses the key of {spec.name!r} ({words}). Check {key_source(spec)}.")
        case 404 | 405 | 410:
            return _unknown(complaint, spec)
        case None | 400 | 422 if _UNKNOWN.search(complaint.words):
            return _unknown(complaint, spec)
        case None | 400 | 402 | 413 | 422 | 429 if complaint.status in (402, 413, 429) or is_rate(complaint):
            return BackendError(
                f"{where} limits the rate or the quota ({words}). Lower `requests` of {spec.name!r}, or wait."
            )
        case 400 | 422:
            return ModelMisconfigured(
                f"{where} does not accept the settings of {spec.name!r} ({words}). Correct them in models.toml."
            )
        case int(status) if 300 <= status < 400:
            return ModelMisconfigured(f"{where} redirects to {words}. Correct `base_url` of {spec.name!r}.")
        case 408:
            return BackendError(f"{where} did not answer in time. Try again later, or lower `requests`.")
        case _:
            then = f"; if {alone(spec)}" if complaint.status in (503, 529) or _BUSY.search(complaint.words) else ""
            return BackendError(f"{where} failed ({words}). Try again later{then}.")


def _unknown(complaint: Complaint, spec: ModelSpec) -> ModelMisconfigured:
    return ModelMisconfigured(
        f"{address(spec)} does not know the model {spec.model!r} ({complaint.brief}). "
        f"Check `model` and `base_url` of {spec.name!r}."
    )


def key_source(spec: ModelSpec) -> str:
    """Return the source of the key, in words."""
    return f"the environment variable {spec.key_env}" if spec.key_env else "`key_env`, which is not set"
