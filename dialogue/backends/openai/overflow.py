"""Recognise in any server's words that a dialogue no longer fits.

No code is common to all servers, and each has different words. So this module looks for what such sentences have in common: a
word for the text that was sent, and one for too much of it. Sentences with both words may also be about rates ("tokens per
minute") or about the length of the answer alone ("max_tokens is too large"); these are excluded.
"""

import re

from dialogue.backends.openai.complaints import Complaint

_KIND = re.compile(
    r"context.?(length|size|window)|exceed_context|(prompt|input|request|payload|message)s?.?too.?(long|large)|tokens_limit"
    r"|max_prompt|above_max_length"
)
_RATE = re.compile(
    r"\b(per|this)[ -]?(sec(ond)?|min(ute)?|hour|day|week|month)s?\b|/ ?(min|s|day)\b|\b[TR]P[MDS]\b|rate.?limit|quota"
    r"|billing|credits?\b|balance|arrear|request rate|too (fast|frequent)|too many requests|throttl|please wait|usage limit"
    r"|per-model limit|service unavailable",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"context.{0,20}(length|size|window|limit|overflow|full|shift)"
    r"|(maximum|max|model|exceed\w*|over|fit|tokens of|slot).{0,20}\bcontext\b(?! (deadline|cancel))|kv.?cache.{0,20}capacity"
    r"|\bn_ctx|max_(seq|model|input|prompt|position|context|total)\w*(_len|_embeddings|_tokens)"
    r"|max(imum)? (prompt|input|sequence|model) (length|size|tokens)|maxlength:? \d+, actual",
    re.IGNORECASE,
)
_SENT = (
    r"\b(prompts?|inputs?|messages?|conversation|history|dialogue|content|text|sequence|string|request|body|query)\b"
)
_TOO_MUCH = (
    r"(too (long|large|big|many)|exceed|(long|larg|great|bigg|high)er than|more than|over the|above the|beyond"
    r"|out ?of.{0,10}length|at most|only supports?|less than|fewer than|up to|<=?|>|must be (at most|below|under|<)|not fit"
    r"|n't fit|surpass)"
)
_TOO_LONG = re.compile(
    rf"{_SENT}(?! should be).{{0,40}}?\btoo (long|large|big)\b"
    rf"|{_SENT}.{{0,40}}\b(token|length|size|char|long|large)\w*.{{0,80}}{_TOO_MUCH}"
    rf"|{_SENT}.{{0,40}}{_TOO_MUCH}.{{0,80}}\b(token|length|size|char|limit|max)\w*"
    rf"|\btokens?\b.{{0,60}}{_TOO_MUCH}.{{0,80}}\b(limit|max|allow|support|length)\w*"
    r"|\btokens?\b.{0,40}\b(but|while|whereas|when)\b.{0,60}(limit|max|support|allow|only)"
    r"|\blength\b.{0,40}\btoo (long|large)\b|\btoo (long|large|big)\b.{0,60}\btoken|\btoken.{0,60}\btoo (long|large|many)\b"
    r"|\btoo many (\w+ )?(tokens|messages)\b|token (limit|count)s?.{0,20}exceed|exceed\w*.{0,60}\btoken (limit|count)"
    rf"|\b(reduce|shorten|truncate|trim|decrease|cut)\b.{{0,40}}{_SENT}|\bshorter\b.{{0,20}}{_SENT}"
    rf"|range of {_SENT} length|{_SENT}.{{0,10}} length should be"
    r"|(上下文|输入|提示|长度|字数).{0,20}(过长|过大|超出|超过|超限|过多)|超长|(超出|超过).{0,20}(上下文|长度|输入|字数|token)",
    re.IGNORECASE,
)
_NO_ROOM = re.compile(r"max_\w*tokens\W.{0,30}at least 1\b.{0,20}-\d|max_\w*tokens.{0,20}\bgot:? -\d", re.IGNORECASE)
"""Matches a negative number of tokens left for the answer, as some servers compute it."""
_ANSWER = re.compile(
    r"\bmax(imum)?[ _]?(completion_?|new_?|output_?)?tokens\b|\b(completion|output|new|generat\w+)\W? tokens\b",
    re.IGNORECASE,
)
_BESIDE_ANSWER = re.compile(
    r"\b(prompts?|inputs?|messages?|conversation|history)\b|\b(in|your) (the )?request\b", re.IGNORECASE
)


def is_overflow(complaint: Complaint) -> bool:
    """Return whether the complaint says that the messages are too long for the model."""
    if complaint.status not in (None, 400, 413, 422) and not _is_failure(complaint):
        return False
    if complaint.status == 429 or is_rate(complaint):
        return False
    if complaint.status == 413 or any(map(_KIND.search, complaint.kinds)) or _NO_ROOM.search(complaint.words):
        return True
    if _ANSWER.search(complaint.words) and not _BESIDE_ANSWER.search(_ANSWER.sub("", complaint.words)):
        return False
    is_worded = _CONTEXT.search(complaint.words) or (not _is_failure(complaint) and _TOO_LONG.search(complaint.words))
    return bool(is_worded)


def is_rate(complaint: Complaint) -> bool:
    """Return whether the complaint is about a rate limit or a quota."""
    return any(map(_RATE.search, (complaint.words, *complaint.kinds)))


def _is_failure(complaint: Complaint) -> bool:
    """Return whether the status is compatible: some servers report a full context as a server failure."""
    return complaint.status is not None and complaint.status >= 500
