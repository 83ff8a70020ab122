"""Differences between evaluators, and between the people who chatted."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.labels import one_line
from analysis.reporting.figures.row_plots import Interval, Z, draw_intervals, mark_reference
from analysis.reporting.figures.style import WIDTH
from analysis.statistics.mixed_models import MixedModel, RandomEffect

NAME = "random-effects"
PEOPLE = {"participant": "evaluators", "generator_user": "participants who chatted"}
MOST_NAMES = 60
"""With more people than this, rows have no names and share the height of a page."""
ROW, PAGE = 0.2, 9.0
"""Inches."""
Effects = Mapping[str, RandomEffect]


def caterpillars(model: MixedModel) -> Drawing | Undrawn:
    """Draw sorted conditional modes with 95% intervals for each group whose members differ at all."""
    groups = {group: effects for group, effects in model.random_effects.items() if model.sd[group] > 0}
    if not groups:
        return Undrawn(NAME, model.message or "The mixed model has no random effects.")
    most = max(map(len, groups.values()))
    height = max(2.2, min(PAGE, 0.9 + ROW * most))
    figure = Figure((WIDTH, height), layout="constrained")
    panels = figure.subplots(1, len(groups), squeeze=False)[0]
    for axes, (group, effects) in zip(panels, _ordered(groups).items(), strict=True):
        _draw_group(axes, effects)
        axes.set_title(f"{PEOPLE[group]} (SD {model.sd[group]:.2f})")
        axes.set_xlabel("log-odds of detection (95% interval)")
    return Drawing(
        NAME,
        "Variation in detection between evaluators and between participants",
        _alt(model, _ordered(groups)),
        figure,
    )


def _ordered(groups: Mapping[str, Effects]) -> dict[str, Effects]:
    """Return evaluators first, and within each group the highest mode first."""
    return {
        group: dict(sorted(groups[group].items(), key=lambda one: -one[1].mode)) for group in PEOPLE if group in groups
    }


def _draw_group(axes: Axes, effects: Effects) -> None:
    is_small = len(effects) <= MOST_NAMES
    intervals = [Interval(one.mode, one.mode - Z * one.sd, one.mode + Z * one.sd) for one in effects.values()]
    mark_reference(axes, 0)
    draw_intervals(axes, range(len(effects)), intervals, size=4 if is_small else 1.5)
    axes.set_ylim(len(effects) - 0.5, -0.5)
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    names = {row: one_line(name, 20) for row, name in enumerate(effects)} if is_small else {}
    axes.set_yticks(list(names), list(names.values()), fontsize=7)


def _alt(model: MixedModel, groups: Mapping[str, Effects]) -> str:
    entries = (_range_words(PEOPLE[group], model.sd[group], effects) for group, effects in groups.items())
    flat = [PEOPLE[group] for group in model.sd if group not in groups]
    rest = f" No differences between {' or '.join(flat)} were found." if flat else ""
    return f"Conditional modes on the log-odds scale with 95% intervals, sorted. {' '.join(entries)}{rest}"


def _range_words(people: str, sd: float, effects: Effects) -> str:
    names = list(effects)
    first, last = effects[names[0]].mode, effects[names[-1]].mode
    return (
        f"{len(names)} {people} with a standard deviation of {sd:.2f}, from {last:.2f} ({names[-1]}) to "
        f"{first:.2f} ({names[0]})."
    )
