"""Lines of the log, without what lets people in."""

import logging
import re

_PERSONAL_LINK = re.compile(r"(/s/[^/\s]+/(?:judge/\d+/)?p/)[^/\s]+")
_SIGNED = re.compile(r"(?<![\w-])[\w-]+:[0-9A-Za-z]+:[\w-]{43}")
"""What Django's signing makes, wherever it stands: a mail program may have bent the link."""


class DiscreetFormatter(logging.Formatter):
    """Leaves out the tokens of personal links, which stand in addresses that Django logs: they open all that somebody gave."""

    def format(self, record: logging.LogRecord) -> str:
        return _SIGNED.sub("…", _PERSONAL_LINK.sub(r"\1…", super().format(record)))
