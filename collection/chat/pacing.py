"""How much one person may ask of the server: more than pages ever do, and no flood."""

from collections.abc import Callable

FRAMES_A_SECOND = 10.0
"""In the long run. A page that is being typed in sends two at most."""
BURST = 100
"""So many may come at once."""
MOST_SOCKETS = 30
"""Open pages of one person; those of a phone that lost its network count for a while."""
_REMEMBERED = 1000


class Pace:
    """Counts what each person's pages send to this process. A page whose person is too fast is hung up on, which loses nothing:
    it comes back, and sends again what was not answered. ``clock`` counts seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._paid_until: dict[int, float] = {}

    def is_too_fast(self, person: int) -> bool:
        """Counts one more frame, or one more socket, of the person; those that are too fast do not count."""
        now = self._clock()
        paid_until = max(self._paid_until.get(person, now), now) + 1 / FRAMES_A_SECOND
        if paid_until - now > BURST / FRAMES_A_SECOND:
            return True
        if len(self._paid_until) >= _REMEMBERED:
            self._paid_until = {other: until for other, until in self._paid_until.items() if until > now}
        self._paid_until[person] = paid_until
        return False
