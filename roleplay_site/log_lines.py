"""Lines of the log, without what lets people in."""

import logging
import re

_PERSONAL_LINK = re.compile(r"(/s/[^/\s]+/(?:judge/\d+/)?p/)[^/\s]+")


class DiscreetFormatter(logging.Formatter):
    """Leaves out the tokens of personal links, which stand in addresses that Django logs: they open all that somebody gave."""

    def format(self, record: logging.LogRecord) -> str:
        return _PERSONAL_LINK.sub(r"\1…", super().format(record))
