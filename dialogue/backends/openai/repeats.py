"""Which failed requests are sent again, and when."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import random

from dialogue.backends.base import BackendError

LONGEST_PAUSE = 120.0
"""Seconds that a request waits for a provider which asks for a pause; if it asks for more, the request fails."""
_LONGEST_REST = 3600.0
"""Seconds after which the provider is asked again, however long a pause it has asked for."""
FIRST_WAIT = 0.5
_OVERLOADED = (429, 503, 529)
_PASSING = (408, 409)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a failed response says about sending the request again. ``pause`` is in seconds, None if it names none."""

    may_repeat: bool = False
    pause: float | None = None


NO_ADVICE = Advice()


class Unreached(Exception):
    """The request got no response. Never leaves the backend; ``error`` does if it has been repeated often enough."""

    advice = Advice(may_repeat=True)

    def __init__(self, error: BackendError, *, is_timeout: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.is_timeout = is_timeout


def read_advice(status: int, headers: Mapping[str, str], now: datetime | None = None) -> Advice:
    """Return the advice in a response with an error status. ``x-should-retry`` is a header of OpenAI's."""
    pause = _pause(headers, now or datetime.now(UTC))
    is_passing = status in _PASSING or status == 429 or status >= 500
    may_repeat = {"true": True, "false": False}.get(headers.get("x-should-retry", ""), is_passing)
    return Advice(may_repeat and (pause or 0) <= LONGEST_PAUSE, pause)


def is_overload(status: int | None) -> bool:
    """Return whether a provider with this status has too much to do."""
    return status in _OVERLOADED


def wait_before(tries: int) -> float:
    """Return the seconds to wait after this many tries, doubled each time, with jitter."""
    return FIRST_WAIT * 2.0 ** (tries - 1) * (1 - random() / 4)


def _pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the pause in ``Retry-After``, as seconds or a date, or in ``retry-after-ms``."""
    said = headers.get("retry-after", "")
    pauses = (_number(headers.get("retry-after-ms", ""), 1000), _number(said, 1), _seconds_until(said, now))
    pause = next((pause for pause in pauses if pause is not None), None)
    return min(pause, _LONGEST_REST) if pause is not None and pause > 0 else None


def _number(text: str, divisor: int) -> float | None:
    try:
        return None if math.isnan(value := float(text)) else value / divisor
    except ValueError:
        return None


def _seconds_until(text: str, now: datetime) -> float | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now.timestamp()
