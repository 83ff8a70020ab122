"""The limit on requests to a provider, with a simulated provider and a clock that only the test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean

import pytest

from dialogue.backends.openai.limit import FIRST, AdaptiveLimit, Ticket

STEP = 0.1
Slow = Callable[[int], float]


@dataclass
class Provider:
    """Holds ``allowed`` requests, each for the ``seconds`` that depend on their number, and refuses others with a ``pause``.

    An answer begins at once if it ``streams``, and otherwise at its end. Requests wait without limit.
    """

    limit: AdaptiveLimit
    now: list[float]
    seconds: Slow = lambda _number: 2.0
    allowed: int = 1000
    pause: float | None = None
    streams: bool = True
    held: dict[float, Ticket] = field(default_factory=dict)
    history: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    refused: int = 0

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.now[0] += STEP
            for end in [end for end in self.held if end <= self.now[0]]:
                self.limit.answer(self.held.pop(end), 100)
            self.sent.append(self._fill())
            self.history.append(len(self.held))

    def mean(self, seconds: float) -> float:
        """Return the mean number of requests under way in the last ``seconds``."""
        return fmean(self.history[-round(seconds / STEP) :])

    def _fill(self) -> int:
        tickets = []
        while ticket := self.limit.admit():
            tickets.append(ticket)
        for ticket in tickets:
            self._receive(ticket)
        return len(tickets)

    def _receive(self, ticket: Ticket) -> None:
        if len(self.held) >= self.allowed:
            self.refused += 1
            self.limit.refuse(ticket, self.pause)
            return
        if self.streams:
            self.limit.begin(ticket)
        # Answers of different length: from 0.75 to 1.25 times the usual one.
        share = 0.75 + ticket.number * 7 % 11 / 20
        self.held[self.now[0] + self.seconds(len(self.held) + 1) * share + ticket.number / 1e9] = ticket


def provider(most: int = 200, **settings: object) -> Provider:
    now = [0.0]
    return Provider(AdaptiveLimit(most, lambda: now[0]), now, **settings)  # type: ignore[arg-type]


def test_the_first_requests_are_twenty_and_then_twice_as_many_as_long_as_all_goes_well() -> None:
    service = provider(streams=False)
    service.run(60)
    steps = list(dict.fromkeys(service.history))
    assert (steps[0], max(steps)) == (FIRST, 200)
    assert {FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST, 200} <= set(steps)
    assert service.mean(30) > 190


@pytest.mark.parametrize("most", [1, 3, 20, 30])
def test_no_more_requests_are_under_way_than_the_setting_allows(most: int) -> None:
    service = provider(most)
    service.run(60)
    assert max(service.history) == most


def test_a_limit_that_is_not_reached_does_not_grow() -> None:
    now = [0.0]
    limit = AdaptiveLimit(200, lambda: now[0])
    for _ in range(500):
        ticket = limit.admit()
        assert ticket is not None
        limit.begin(ticket)
        now[0] += 1
        limit.answer(ticket, 100)
    assert limit.limit == FIRST


def test_the_limit_grows_before_long_answers_end_if_all_of_them_have_begun() -> None:
    service = provider(seconds=lambda _number: 600.0)
    service.run(20)
    assert len(service.held) == 200


def test_the_limit_does_not_grow_while_a_provider_lets_requests_wait() -> None:
    service = provider(seconds=lambda _number: 600.0, streams=False)
    service.run(300)
    assert len(service.held) == FIRST


@pytest.mark.parametrize("pause", [None, 1.0, 5.0])
@pytest.mark.parametrize("seconds", [0.5, 2.0, 8.0])
def test_the_number_under_way_settles_near_what_the_provider_allows(pause: float | None, seconds: float) -> None:
    service = provider(allowed=60, pause=pause, seconds=lambda _number: seconds)
    service.run(900)
    assert 54 <= service.mean(600) <= 66
    assert service.refused < 60


@pytest.mark.parametrize("pause", [None, 1.0])
def test_it_settles_again_after_a_burst_of_refusals_and_creeps_up_when_more_is_allowed(pause: float | None) -> None:
    service = provider(pause=pause)
    service.run(60)
    assert len(service.held) > 190
    service.allowed = 60
    service.run(60)
    service.run(300)
    assert 54 <= service.mean(300) <= 66
    service.allowed = 1000
    before = service.refused
    service.run(200)
    assert 70 < len(service.held) < 200
    assert service.refused == before


def test_nothing_is_sent_during_a_pause_and_not_everything_at_once_after_it() -> None:
    service = provider(pause=10.0)
    service.run(60)
    service.allowed = 0
    service.run(STEP * 30)
    refused = next(step for step in range(600, 630) if service.sent[step])
    service.allowed = 1000
    service.run(30)
    during, after = service.sent[refused + 1 : refused + 99], service.sent[refused + 99 :]
    assert not any(during)
    assert 0 < max(after[:10]) <= 0.2 * sum(after[:14])


def test_refusals_of_requests_that_were_sent_together_halve_the_limit_at_most() -> None:
    service = provider(allowed=0, pause=60.0)
    service.run(STEP)
    assert (service.refused, service.limit.limit) == (FIRST, FIRST // 2)
    service.run(61)
    assert service.limit.limit == FIRST // 4


def test_a_provider_that_only_lets_requests_wait_longer_does_not_get_more_of_them() -> None:
    service = provider(seconds=lambda number: number / 4, streams=False)
    service.run(3000)
    assert max(service.history[3000:]) < 2 * FIRST
    assert service.refused == 0


def test_a_provider_that_answers_more_together_although_each_takes_longer_gets_all() -> None:
    service = provider(seconds=lambda number: 2 + number / 50, streams=False)
    service.run(300)
    assert service.mean(100) > 180
