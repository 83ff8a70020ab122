"""The settings that are sent to a server, and those that it refuses.

OpenAI and Azure know ``max_completion_tokens`` but neither ``top_k`` nor a repetition penalty, and their newer models refuse
any temperature but the default, so they receive a setting only if it differs from the default. Other servers know
``max_tokens`` and have different defaults, so they receive every setting that the standard names. They receive further
settings if these are in use (``repeat_penalty`` on llama-server, ``repetition_penalty`` on vLLM). If a server does not know
one of two names, the other one is sent.
"""

import re
from collections.abc import Collection, Iterator

from dialogue.backends.base import Sampling
from dialogue.backends.openai.complaints import Complaint

_LIMITS = ("max_tokens", "max_completion_tokens")
_PENALTIES = ("repeat_penalty", "repetition_penalty")
_BY_THEMSELVES = {"seed", "stream_options"}
"""Arguments that researchers do not set, so they are left out after any complaint about them."""

_UNEXPECTED = r"unexpected(?! (end|eof|error|response|status|exception))"
_REFUSED = re.compile(
    r"unsupported|(not|n't) (be )?(support|permit|allow|accept|recogni[sz]e|enable|implement|a valid|available|known)\w*"
    rf"|unrecogni[sz]ed|unknown|{_UNEXPECTED}|extra (inputs?|fields?|forbidden)|extra_forbidden|additional propert\w*"
    r"|cannot find|no such|deprecated|cannot (both|be set)|only (the default|\S+ is allowed|be set)|be unset|immutable"
    r"|forbidden|fixed at|invalid (parameter|argument|field|property)|not both|must be verified to",
    re.IGNORECASE,
)
_OUT_OF_RANGE = re.compile(
    r"(must|should) be(?! (one of|unset))|between|in (the )?range|at (least|most)|(less|greater|larger|smaller|more) than"
    r"|too (large|high|low|small)|exceed|out of",
    re.IGNORECASE,
)
_REFUSED_ANYHOW = re.compile(
    rf"unsupported|(not|n't) support|only the default|extra_forbidden|unrecogni[sz]ed|must be verified to|{_UNEXPECTED}",
    re.I,
)


def settings_for(sampling: Sampling, *, is_openai: bool, left_out: Collection[str]) -> dict[str, object]:
    """Return the settings of ``sampling`` for the server, by the names that it knows."""
    known = dict(_openai(sampling) if is_openai else _compatible(sampling))
    limits = [name for name in (reversed(_LIMITS) if is_openai else _LIMITS) if name not in left_out]
    limit = {limits[0]: sampling.max_tokens} if limits else {}
    return {name: value for name, value in known.items() if name not in left_out} | limit


def unsent(sampling: Sampling, sent: Collection[str], *, is_openai: bool) -> tuple[str, ...]:
    """Return the settings in ``sampling`` that are not sent to the server, by this project's names."""
    wished = {
        "seed": True,
        "temperature": not is_openai or sampling.temperature != 1,
        "top_p": not is_openai or sampling.top_p != 1,
        "top_k": sampling.top_k > 0,
    }
    missing = [name for name, is_wished in wished.items() if is_wished and name not in sent]
    if sampling.repeat_penalty != 1 and not {*_PENALTIES} & {*sent}:
        missing.append("repeat_penalty")
    return (*missing, *(() if {*_LIMITS} & {*sent} else ("max_tokens",)))


def refused_setting(complaint: Complaint, sent: Collection[str]) -> str | None:
    """Return the setting among ``sent`` that the server refuses, if any. Values out of range and failures do not count."""
    if complaint.status not in (None, 400, 404, 422, 500, 501):
        return None
    name = next((name for name in sent if name in complaint.names), None) or _nearest(complaint.words, sent)
    if name is None or name in _BY_THEMSELVES:
        return name
    words = " ".join((complaint.words, *complaint.kinds))
    is_clear = complaint.status != 500 and not _OUT_OF_RANGE.search(words)
    is_refused = _REFUSED_ANYHOW.search(words) or (is_clear and _REFUSED.search(words))
    return name if is_refused else None


def _openai(sampling: Sampling) -> Iterator[tuple[str, object]]:
    yield "seed", sampling.seed
    for name in ("temperature", "top_p"):
        if getattr(sampling, name) != 1:
            yield name, getattr(sampling, name)


def _compatible(sampling: Sampling) -> Iterator[tuple[str, object]]:
    yield "seed", sampling.seed
    yield "temperature", sampling.temperature
    yield "top_p", sampling.top_p
    if sampling.top_k:
        yield "top_k", sampling.top_k
    if sampling.repeat_penalty != 1:
        yield from ((name, sampling.repeat_penalty) for name in _PENALTIES)


def _nearest(words: str, sent: Collection[str]) -> str | None:
    """Return the name closest to a word of refusal: a sentence may also list supported settings."""
    refusals = [match.span() for match in _REFUSED.finditer(words)] or [(0, 0)]
    distances = {
        name: min(_distance(words, match.span(), span) for span in refusals)
        for name in sent
        for match in re.finditer(_written(name), words, re.IGNORECASE)
    }
    return min(distances, key=lambda name: distances[name], default=None)


def _written(name: str) -> str:
    """Return a pattern for the ways in which servers write the name of a setting, such as topK."""
    return rf"(?<!\w){name.replace('_', '_?')}{'(ing)?' if name == 'stream' else ''}(?!\w)"


def _distance(words: str, one: tuple[int, int], other: tuple[int, int]) -> int:
    """Return the number of characters between two places; another sentence counts as far away."""
    first, second = sorted((one, other))
    between = words[first[1] : second[0]]
    return len(between) + (len(words) if re.search(r"[.;]\s", between) else 0)
