"""Judgements to draw, and the positions of the texts in a figure."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.transforms import Bbox
from scipy.special import expit

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.portfolio import draw_judgements
from analysis.statistics.mixed_models import fit_detected

CONFIDENCES = ("very confident", "confident", "somewhat confident")
DPI = 100


def draw_study(models: list[str], rows: int = 900, seed: int = 73) -> pd.DataFrame:
    """Return judgements with all columns that figures need."""
    random = np.random.default_rng(seed)
    evaluator, person, model = (random.integers(0, levels, rows) for levels in (18, 15, len(models)))
    eta = random.normal(0.6, 0.7, len(models))[model] + random.normal(0, 0.9, 18)[evaluator]
    detected = (random.random(rows) < expit(eta + random.normal(0, 0.6, 15)[person])).astype(float)
    return pd.DataFrame(
        {
            "participant": [f"an-evaluator-with-a-name-{number}" for number in evaluator],
            "generator_user": [f"p{number}" for number in person],
            "model": np.array(models)[model],
            "detected": detected,
            "choice": np.where(detected == 1, "simulated", random.choice(["natural", "not sure"], rows)),
            "confidence": random.choice(CONFIDENCES, rows, p=[0.2, 0.5, 0.3]),
            "duration": np.exp(random.normal(4, 1, rows)),
        }
    )


def draw(frame: pd.DataFrame) -> dict[str, Drawing | Undrawn]:
    """Return all figures of judgements, by name."""
    return {one.name: one for one in draw_judgements(frame, {"detected": fit_detected(frame)})}


def drawing(found: Drawing | Undrawn) -> Drawing:
    """Return ``drawn``, which must be a Drawing."""
    assert isinstance(found, Drawing)
    return found


@dataclass(frozen=True)
class Writing:
    """The texts in a figure of this size in pixels, and their positions."""

    width: float
    height: float
    lines: list[tuple[str, Bbox]]

    def overlapping(self) -> list[tuple[str, str]]:
        """Return the texts that overlap by more than a pixel."""
        return [(a, b) for (a, at), (b, other) in combinations(self.lines, 2) if _meet(at, other)]

    def outside(self) -> list[str]:
        """Return the texts that extend beyond the figure."""
        return [text for text, at in self.lines if not self._holds(at)]

    def _holds(self, at: Bbox) -> bool:
        return bool(at.x0 >= -1 and at.y0 >= -1 and at.x1 <= self.width + 1 and at.y1 <= self.height + 1)


class _Watching(RendererAgg):
    """Records texts and their positions instead of drawing them; no figure rotates its text."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(width, height, DPI)
        self.lines: list[tuple[str, Bbox]] = []

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, *args: Any, **kwargs: Any
    ) -> None:
        width, height, descent = self.get_text_width_height_descent(s, prop, ismath=False)
        self.lines.append((s, Bbox.from_bounds(x, self.height - y - descent, width, height)))


def read(one: Drawing) -> Writing:
    """Draw the figure and return its texts with their positions."""
    one.figure.set_dpi(DPI)
    width, height = one.figure.get_size_inches() * DPI
    renderer = _Watching(width, height)
    one.figure.draw(renderer)
    return Writing(width, height, renderer.lines)


def _meet(one: Bbox, other: Bbox) -> bool:
    common = Bbox.intersection(one, other)
    return common is not None and common.width > 1 and common.height > 1
