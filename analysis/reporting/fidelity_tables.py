"""Tables of the fidelity of a run: by measure, and by goal, persona group and turn."""

from collections.abc import Mapping

from analysis.statistics.fidelity.catalogue import missing_from
from analysis.statistics.fidelity.comparison import OVERALL, Comparison, Distance
from analysis.statistics.fidelity.fidelity import GOAL, LAST_TURN, TURN, Fidelity
from analysis.statistics.fidelity.measure import Measure
from studies.files.printed_tables import DASH, NOT_MEASURED, Cell, Table

_UNIT = (
    "Distances are in standard deviations of the natural values (Wasserstein-1); of stop behaviour, between 0 and 1."
)
_CEILING = "The ceiling is the distance between two halves of the people."


def measures_table(fidelity: Fidelity) -> Table:
    """Return each measure's means, its distance with the interval, and its ceiling; the overall distance last."""
    labels = {measure.name: measure.label for measure in fidelity.measures} | {OVERALL: "all numeric measures (mean)"}
    rows: list[tuple[Cell, ...]] = [(labels[name], *_cells(one)) for name, one in fidelity.whole.distances.items()]
    missing = [(one.label, None, None, NOT_MEASURED, None, None, None, None) for one in missing_from(fidelity.measures)]
    last = len(rows) - (OVERALL in fidelity.whole.distances)
    return Table(
        "fidelity",
        "Distances from people",
        f"{_UNIT} {_CEILING} Beyond: the whole 95% interval, over random halves of the people, lies above the ceiling. Means "
        "of rates are shares between 0 and 1.",
        ("measure", "people", "simulated", "distance", "from", "to", "ceiling", "beyond"),
        (*rows[:last], *missing, *rows[last:]),
    )


def groups_table(fidelity: Fidelity, labels: Mapping[str, str]) -> Table:
    """Return the overall distance in each goal, persona group and turn; ``labels`` names the persona's features."""
    names = {measure.name: measure for measure in fidelity.measures}
    rows = [
        (labels.get(by, by), group_words(by, group), *_group_cells(one, names))
        for (by, group), one in fidelity.groups.items()
    ]
    return Table(
        "fidelity-by-group",
        "Distances from people by goal, persona group and turn",
        f"Mean over the numeric measures. {_CEILING} Excess: by how much the distance exceeds the ceiling of the same group; "
        "compare groups by it, because small groups have larger distances and ceilings. Farthest: the measure with the largest "
        "excess. Dash: fewer than four people or personas.",
        ("by", "group", "people", "personas", "distance", "from", "to", "ceiling", "excess", "beyond", "farthest"),
        tuple(rows),
    )


def separation_table(fidelity: Fidelity) -> Table:
    """Return the classifier's AUC, the AUC by chance, and the words most typical of each side."""
    found = fidelity.separation
    rows: list[tuple[Cell, ...]] = [
        ("AUC", found.auc, found.low, found.high),
        ("AUC by chance", found.chance, found.chance_low, found.chance_high),
    ]
    return Table(
        "classifier",
        "Classifier two-sample test",
        f"From {found.dialogues} dialogues. Words most typical of people: {_listed(found.human)}. Words most typical of the "
        f"simulation: {_listed(found.artificial)}.",
        ("value", "mean", "from", "to"),
        tuple(row for row in rows if row[1] is not None),
    )


def group_words(by: str, group: str) -> str:
    """Return the name of a goal or of a turn, or the persona group's."""
    if by == TURN:
        return f"turn {group}{' and later' if group == str(LAST_TURN) else ''}"
    return f"goal {group}" if by == GOAL else group


def _cells(one: Distance) -> tuple[Cell, ...]:
    found = one.found
    return one.natural, one.simulated, found.middle, found.low, found.high, one.ceiling.middle, _beyond(one)


def _group_cells(one: Comparison, names: Mapping[str, Measure]) -> tuple[Cell, ...]:
    overall, farthest = one.overall, one.farthest
    if overall is None or farthest is None:
        return one.people, one.personas, None, None, None, None, None, DASH, DASH
    found = overall.found
    distances = (found.middle, found.low, found.high, overall.ceiling.middle, overall.excess)
    return one.people, one.personas, *distances, _beyond(overall), names[farthest.measure].label


def _beyond(one: Distance) -> str:
    return "yes" if one.is_farther else "no"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words) or "none"
