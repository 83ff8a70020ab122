"""The paper's tables about judgements: table 3, table 10, and what stands behind the letters."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analysis.contrasts import ADJUSTMENTS, Adjustment
from analysis.detection_table import SUBSETS, DetectionRow, Moments, confidence_labels, detection_table, overall_row
from analysis.findings import MixedModel
from analysis.sensitivity import Variant
from analysis.tabulating import Cell, Table
from analysis.wording import ADJUSTMENT_WORDS, test_words

OUTCOME_TITLES = {
    "detected": "Detection probability",
    "utterance_number": "Utterance number",
    "duration": "Duration",
}
LARGEST_IS_BEST = {"detected": False, "utterance_number": True, "duration": True}
"""A simulation is the better, the less often, the later and the more slowly it is detected."""
SD_NOTE = "Standard deviations are population ones (ddof 0)."


def table_3(frame: pd.DataFrame) -> Table:
    """How often, how surely, how late and after how long each model was detected."""
    rows = detection_table(frame) | {"all": overall_row(frame)}
    labels = confidence_labels(frame)
    lines = [("total", "undetectability rate", *(_percent(row.undetected, row.pairs) for row in rows.values()))]
    for subset in reversed(SUBSETS):
        lines += list(_subset_lines(subset, rows, labels))
    return Table(
        "table-3",
        "Detection of simulated dialogues",
        f"Counts with percentages of all pairs of the model; means with standard deviations. {SD_NOTE}",
        ("subset", "figure", *rows),
        tuple(lines),
    )


def table_10(models: Mapping[str, MixedModel], adjustment: Adjustment = "none") -> Table:
    """Compact letters, as the paper prints them: A is best; an asterisk marks a significant effect of the model."""
    levels = sorted({level for model in models.values() for level in model.levels})
    letters = {
        outcome: model.letters(adjustment, largest_first=LARGEST_IS_BEST[outcome]) for outcome, model in models.items()
    }
    return Table(
        f"table-10-{adjustment}",
        "Models that differ significantly share no letter",
        "A is best: lowest detection, highest utterance number, longest duration. An asterisk marks a significant effect of "
        f"the model; pairwise comparisons are {ADJUSTMENT_WORDS[adjustment]}.",
        ("model", *(OUTCOME_TITLES[outcome] + _star(model) for outcome, model in models.items())),
        tuple((level, *(letters[outcome].get(level, "–").upper() for outcome in models)) for level in levels),
    )


def effects_table(models: Mapping[str, MixedModel]) -> Table:
    """Coefficients in treatment coding."""
    rows: list[tuple[Cell, ...]] = []
    for outcome, model in models.items():
        for name, effect in model.effects.items():
            values = (effect.estimate, effect.se, effect.statistic, effect.df, effect.p) if effect else (None,) * 5
            rows.append((outcome, name, *values))
    return Table(
        "effects",
        "Coefficients of the mixed models",
        "Treatment coding: the first model is the base. Detection is on the log-odds scale; its statistic is z, the others' t.",
        ("outcome", "coefficient", "estimate", "se", "statistic", "df", "p"),
        tuple(rows),
    )


def contrasts_table(models: Mapping[str, MixedModel]) -> Table:
    """All pairs of models, with every adjustment."""
    rows: list[tuple[Cell, ...]] = []
    for outcome, model in models.items():
        for contrast in model.contrasts:
            found = contrast.found
            values = (found.estimate, found.se, found.statistic, found.df) if found else (None,) * 4
            rows.append((outcome, contrast.a, contrast.b, *values, *(contrast.p_value(name) for name in ADJUSTMENTS)))
    return Table(
        "contrasts",
        "Pairwise contrasts of the models",
        "The first model minus the second. Detection is on the log-odds scale; its statistic is z, the others' t.",
        ("outcome", "a", "b", "estimate", "se", "statistic", "df", "p", "p_holm", "p_tukey"),
        tuple(rows),
    )


def sensitivity_table(models: Mapping[str, MixedModel], variants: Iterable[Variant]) -> Table:
    """The main models first, then each other reading: whether the models differ, and their letters."""
    mains = [Variant("as counted in the paper", outcome, model) for outcome, model in models.items()]
    rows = [_variant_row(variant) for variant in [*mains, *variants]]
    return Table(
        "sensitivity",
        "The same models over other readings of the judgements",
        "Letters are unadjusted; 'a' stands at the smallest mean.",
        ("reading", "outcome", "rows", "status", "test", "letters"),
        tuple(rows),
    )


def _variant_row(variant: Variant) -> tuple[Cell, ...]:
    model = variant.model
    if model is None:
        return (variant.name, variant.outcome, None, "skipped", variant.skipped, "")
    test = model.test or model.likelihood_ratio
    letters = ", ".join(f"{level}: {letter}" for level, letter in model.letters("none").items())
    return (
        variant.name,
        variant.outcome,
        model.rows,
        model.status,
        test_words(test) if test else model.message,
        letters,
    )


def _subset_lines(subset: str, rows: Mapping[str, DetectionRow], labels: Sequence[str]) -> Iterable[tuple[str, ...]]:
    yield (subset, "duration", *(_moments(row.durations[subset]) for row in rows.values()))
    yield (subset, "utterance number", *(_moments(row.utterances[subset]) for row in rows.values()))
    for label in labels:
        counts = (_counted(row.confidence[subset][label], row.pairs) for row in rows.values())
        yield (subset, f"confidence: {label}", *counts)


def _star(model: MixedModel) -> str:
    test = model.test or model.likelihood_ratio
    return "*" if test is not None and test.p < 0.05 else ""


def _moments(moments: Moments) -> str:
    mean, sd = moments
    return "–" if mean is None else f"{mean:.2f} ({sd:.2f})"


def _counted(count: int, total: int) -> str:
    return f"{count} ({_percent(count, total)})"


def _percent(count: int, total: int) -> str:
    return f"{100 * count / total:.2f}%" if total else "–"
