"""Lines of the log without personal links and IDs."""

import logging
import re
from copy import copy

from roleplay_site.serving.views import is_passing

_PERSONAL_LINK = re.compile(r"(/s/[^/\s]+/(?:judge/\d+/)?p/)[^/\s]+")
_SIGNED = re.compile(r"(?<![\w-])(?:[\w-]+:[0-9A-Za-z]+:[\w-]{43}|[0-9a-z]{6,13}-[0-9a-f]{32}(?![\w-]))")
"""Tokens that are signed, or let the owner of an account choose a password, anywhere in the line: a mail program may have
altered the link."""
_QUERY = re.compile(r"(?<=[?&;])[\w.%-]+=\S*")
"""Queries in addresses, referrers and altered links: they may identify a person."""


class DiscreetFormatter(logging.Formatter):
    """Leave the tokens of personal links out of the addresses that Django logs, because they open all data of a person or an
    account, and queries, because they hold recruitment-platform IDs.

    A refused page (4xx) is one line without a traceback: the site is not at fault, and a visitor can cause thousands.
    So is an unavailable database, with the driver's words, because every request and every task fails then.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(_shortened(record))
        return _QUERY.sub("…", _SIGNED.sub("…", _PERSONAL_LINK.sub(r"\1…", line)))


def _shortened(record: logging.LogRecord) -> logging.LogRecord:
    error = record.exc_info[1] if record.exc_info else None
    if is_passing(error):
        return _without_traceback(record, f"{record.getMessage()} ({' '.join(str(error).split())})")
    return _without_traceback(record, record.getMessage()) if _is_refusal(record) else record


def _is_refusal(record: logging.LogRecord) -> bool:
    """Return whether Django logs an answer below 500; other records have no status."""
    status = getattr(record, "status_code", None)
    return isinstance(status, int) and status < 500


def _without_traceback(record: logging.LogRecord, message: str) -> logging.LogRecord:
    """Copy the record, because other handlers get it as well."""
    bare = copy(record)
    bare.msg, bare.args = message, None
    bare.exc_info = bare.exc_text = bare.stack_info = None
    return bare
