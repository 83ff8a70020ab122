"""The curve of losses as the points of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from statistics import fmean

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 68, 16, 22, 40
_MOST_POINTS = 300
"""More would not be seen, and every reload of a running page sends them."""
_WINDOW = 0.05
"""Share of the steps over which the smooth line averages: a single step has few samples."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its place and its text."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Two lines, each as the points of a polyline: the loss of single steps, and its moving average."""

    steps: str
    average: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def draw_curve(losses: Sequence[float], steps: int) -> Curve | None:
    """Return the curve of the losses so far of a tuning with ``steps`` steps; None without any."""
    if not losses:
        return None
    highest, between = _scale(max(losses))
    shown = sorted({round(index * (len(losses) - 1) / _MOST_POINTS) for index in range(_MOST_POINTS + 1)})
    window = max(1, round(len(losses) * _WINDOW))

    def points(values: Sequence[float]) -> str:
        return " ".join(f"{_x(index + 1, steps):.1f},{_y(values[index], highest):.1f}" for index in shown)

    average = [fmean(losses[max(0, index - window + 1) : index + 1]) for index in range(len(losses))]
    heights = [between * number for number in range(round(highest / between) + 1)]
    return Curve(
        points(losses),
        points(average),
        tuple(Tick(_x(step, steps), f"{step:,}") for step in _marks(steps)),
        tuple(Tick(_y(value, highest), f"{value:g}") for value in heights),
    )


def _x(step: int, steps: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * step / max(1, steps)


def _y(loss: float, highest: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * loss / highest


def _scale(largest: float) -> tuple[float, float]:
    """Return a round number that is not below the largest, and the distance of four or five marks up to it."""
    unit = 10 ** ceil(log10(largest / 5)) if largest > 0 else 1.0
    between = next(unit * part for part in (0.2, 0.25, 0.5, 1.0) if unit * part * 5 >= largest)
    return between * ceil(largest / between), between


def _marks(steps: int) -> list[int]:
    return sorted({0, *(round(steps * part / 4) for part in range(1, 5))})
