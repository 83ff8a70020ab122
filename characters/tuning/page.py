"""What the pages of tunings show."""

from dataclasses import dataclass
from itertools import chain

from characters.models import Adapter, Tuning
from characters.tuning.curve import Curve, draw_curve
from characters.tuning.reports import first_and_last_loss, in_words, lengths_in_words
from jobs.heartbeats import live_services
from jobs.routing import missing_worker

_SETTINGS = {
    "markup": "Chat template",
    "variant": "Variant",
    "modules": "Matrices with a LoRA",
    "rank": "Rank",
    "alpha": "Alpha",
    "dropout": "Dropout",
    "rate": "Learning rate",
    "warm_up": "Warm-up, share of steps",
    "batch": "Batch",
    "accumulation": "Accumulation",
    "epochs": "Epochs",
    "input_tokens": "Input tokens",
    "output_tokens": "Output tokens",
    "seed": "Seed",
}


@dataclass(frozen=True, slots=True)
class TuningPage:
    """A tuning with its losses. ``first_loss`` and ``last_loss`` average up to ten steps."""

    tuning: Tuning
    losses: tuple[float, ...]
    seconds: float
    adapter: Adapter | None
    absent_worker: str

    @property
    def curve(self) -> Curve | None:
        return draw_curve(self.losses, self.tuning.steps)

    @property
    def first_loss(self) -> float | None:
        return first_and_last_loss(list(self.losses))[0] if self.losses else None

    @property
    def last_loss(self) -> float | None:
        return first_and_last_loss(list(self.losses))[1] if self.losses else None

    @property
    def change(self) -> float | None:
        """Return the change of the loss in percent."""
        if self.first_loss is None or self.last_loss is None or not self.first_loss:
            return None
        return 100 * (self.last_loss / self.first_loss - 1)

    @property
    def minutes_left(self) -> float | None:
        """Return how long the rest takes at the pace so far; None if it does not run."""
        if not self.tuning.is_running or not self.losses:
            return None
        return self.seconds / len(self.losses) * (self.tuning.steps - self.tuning.step) / 60

    @property
    def sentences(self) -> list[str]:
        return list(chain(in_words(self.tuning), lengths_in_words(self.tuning)))

    @property
    def roles(self) -> str:
        return ", ".join(self.tuning.configuration["roles"])

    @property
    def settings(self) -> list[tuple[str, object]]:
        recipe = self.tuning.configuration["recipe"]
        return [(label, recipe[name]) for name, label in _SETTINGS.items()]

    @property
    def seen(self) -> str:
        """Return what tells whether the part that refreshes itself has changed."""
        row = self.tuning
        return (
            f"{row.state}-{row.is_queued}-{row.step}-{row.steps}-{bool(row.worker)}-{len(row.message)}-{row.error[:1]}"
        )


def read_page(tuning: Tuning) -> TuningPage:
    """Read what the page of a tuning shows."""
    points = list(tuning.losses.order_by("step").values_list("loss", "seconds"))
    is_waiting = tuning.is_running and tuning.is_queued and not tuning.is_held
    return TuningPage(
        tuning,
        tuple(loss for loss, _ in points),
        sum(seconds for _, seconds in points),
        Adapter.objects.filter(tuning=tuning).first(),
        missing_worker(tuning, live_services()) if is_waiting else "",
    )
