"""Lines of the log, without what lets people in."""

import logging
import re
from copy import copy

_PERSONAL_LINK = re.compile(r"(/s/[^/\s]+/(?:judge/\d+/)?p/)[^/\s]+")
_SIGNED = re.compile(r"(?<![\w-])[\w-]+:[0-9A-Za-z]+:[\w-]{43}")
"""What Django's signing makes, wherever it stands: a mail program may have bent the link."""


class DiscreetFormatter(logging.Formatter):
    """Leave out the tokens of personal links, which are part of addresses that Django logs: they open all that a person gave.

    A refused page (4xx) is one line without a traceback: it is no fault of the site, and anybody can cause thousands.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(_without_traceback(record) if _is_refusal(record) else record)
        return _SIGNED.sub("…", _PERSONAL_LINK.sub(r"\1…", line))


def _is_refusal(record: logging.LogRecord) -> bool:
    """Tell whether Django logs an answer below 500; other records carry no status."""
    status = getattr(record, "status_code", None)
    return isinstance(status, int) and status < 500


def _without_traceback(record: logging.LogRecord) -> logging.LogRecord:
    """Copy the record, because other handlers get it as well."""
    bare = copy(record)
    bare.exc_info = bare.exc_text = bare.stack_info = None
    return bare
