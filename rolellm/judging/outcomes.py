"""What two verdicts about a pair, one in each order, say together."""

from dataclasses import dataclass
from typing import Literal

from rolellm.judging.verdicts import Preference

Outcome = Literal["win", "tie", "loss"]
POINTS: dict[Outcome, float] = {"win": 1.0, "tie": 0.5, "loss": 0.0}
_OPPOSITE: dict[Preference, Preference] = {"first": "second", "second": "first", "tie": "tie"}


@dataclass(frozen=True, slots=True)
class BothOrders:
    """The preferences of a judge who saw a pair as it is named, and then with its sides swapped; None if it gave no verdict."""

    named: Preference | None
    swapped: Preference | None

    @property
    def outcome(self) -> Outcome | None:
        """Return how the one that is named first did against the other; None without both verdicts.

        An answer wins only if it is preferred in both orders. Every other combination is a tie, which counts half a win.
        """
        if self.named is None or self.swapped is None:
            return None
        if self.named != _OPPOSITE[self.swapped] or self.named == "tie":
            return "tie"
        return "win" if self.named == "first" else "loss"

    @property
    def is_flipped(self) -> bool:
        """Return whether the judge preferred the same position in both orders, and so not an answer."""
        return self.named is not None and self.named == self.swapped != "tie"
