"""The paper's tables of judgements: table 3, table 10, and the coefficients and contrasts behind its letters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from analysis.reporting.findings import ADJUSTMENT_WORDS, OUTCOME_TITLES, paper_letters, test_words
from analysis.statistics.analysis import Variant
from analysis.statistics.contrasts import ADJUSTMENTS, Adjustment
from analysis.statistics.detection_table import DetectionRow, confidence_labels, detection_table, overall_row
from analysis.statistics.mixed_models import PENALTY_SD, MixedModel
from studies.files.printed_tables import DASH, Cell, Probability, Table, mean_sd

SD_NOTE = "The table gives population standard deviations (ddof 0)."
SCALES = (
    "Detection is in log-odds with a z statistic; the other outcomes are in utterances and seconds, with a t statistic."
)


def table_3(frame: pd.DataFrame) -> Table:
    """Return how often, with what confidence, how late and after how long each model was detected."""
    by_model = detection_table(frame)
    rows = [*by_model.values(), overall_row(frame)]
    labels = confidence_labels(frame)
    lines = [("total", "undetectability rate", *(_percent(row.undetected, row.pairs) for row in rows))]
    for subset in ("total", "detected", "undetected"):
        lines += list(_subset_lines(subset, rows, labels))
    return Table(
        "table-3",
        "Detection of simulated dialogues",
        "“Not sure” counts as undetected; guessing gives 50% undetected. In parentheses: for counts the percentage of all "
        f"pairs of the model, for means the standard deviation. {SD_NOTE}",
        ("subset", "measure", *by_model, "all models"),
        tuple(lines),
    )


def table_10(models: Mapping[str, MixedModel], adjustment: Adjustment = "none") -> Table:
    """Return compact letters as in the paper: A is best; an asterisk marks a significant effect of the model."""
    levels = sorted({level for model in models.values() for level in model.levels})
    letters = {outcome: paper_letters(outcome, model, adjustment) for outcome, model in models.items()}
    return Table(
        f"table-10-{adjustment}",
        f"Models that share no letter differ significantly ({ADJUSTMENT_WORDS[adjustment]})",
        "A is best: lowest detection, highest utterance number, longest duration. An asterisk marks a significant effect of "
        f"the model (p < .05). {ADJUSTMENT_NOTES[adjustment]} Dash: not compared.",
        ("model", *(OUTCOME_TITLES[outcome] + _star(model) for outcome, model in models.items())),
        tuple((level, *(letters[outcome].get(level, DASH) for outcome in models)) for level in levels),
    )


ADJUSTMENT_NOTES: dict[Adjustment, str] = {
    "none": "Pairwise comparisons are unadjusted, as in the paper.",
    "holm": "Pairwise comparisons are adjusted by Holm’s method.",
    "tukey": "Pairwise comparisons are adjusted by Tukey’s method.",
}


def effects_table(models: Mapping[str, MixedModel]) -> Table:
    """Return the coefficients in treatment coding, including those of penalised fits."""
    rows: list[tuple[Cell, ...]] = []
    for title, model in _with_penalised(models):
        for name, effect in model.effects.items():
            values = (effect.estimate, effect.se, effect.statistic, effect.df, _p(effect.p)) if effect else (None,) * 5
            rows.append((title, name, *values))
    return Table(
        "effects",
        "Coefficients of the mixed models",
        f"Treatment coding: the first model is the reference level. {SCALES}{_penalty_note(models)}",
        ("outcome", "coefficient", "estimate", "SE", "statistic", "df", "p"),
        tuple(rows),
    )


def contrasts_table(models: Mapping[str, MixedModel]) -> Table:
    """Return the contrasts of all pairs of models with every adjustment, including those of penalised fits."""
    rows: list[tuple[Cell, ...]] = []
    for title, model in _with_penalised(models):
        for contrast in model.contrasts:
            found = contrast.found
            values = (found.estimate, found.se, found.statistic, found.df) if found else (None,) * 4
            adjusted = (_p(contrast.p_value(name)) for name in ADJUSTMENTS)
            rows.append((title, contrast.a, contrast.b, *values, *adjusted))
    return Table(
        "contrasts",
        "Pairwise differences between the models",
        f"The first model minus the second. {SCALES}{_penalty_note(models)}",
        ("outcome", "model", "minus", "estimate", "SE", "statistic", "df", "p", "p (Holm)", "p (Tukey)"),
        tuple(rows),
    )


def sensitivity_table(models: Mapping[str, MixedModel], variants: Iterable[Variant]) -> Table:
    """Return whether the models differ, and their letters, for the main and each sensitivity analysis of an outcome."""
    mains = [Variant("as counted in the paper", outcome, model) for outcome, model in models.items()]
    levels = sorted({level for model in models.values() for level in model.levels})
    readings = sorted([*mains, *variants], key=lambda variant: list(models).index(variant.outcome))
    return Table(
        "sensitivity",
        "Sensitivity analyses: the same models under other readings of the data",
        "Letters as in table 10, unadjusted: A is best, and models that share no letter differ significantly. "
        "Singular: a random effect has no variance; the tests remain valid.",
        ("outcome", "reading", "judgements", "status", "test of all models", *levels),
        tuple(_variant_row(variant, levels) for variant in readings),
    )


def _with_penalised(models: Mapping[str, MixedModel]) -> Iterator[tuple[str, MixedModel]]:
    """Yield each model with its outcome's title, followed by its penalised fit if there is one."""
    for outcome, model in models.items():
        yield OUTCOME_TITLES[outcome], model
        if model.penalised:
            yield f"{OUTCOME_TITLES[outcome]}, penalised", model.penalised


def _penalty_note(models: Mapping[str, MixedModel]) -> str:
    if not any(model.penalised for model in models.values()):
        return ""
    return (
        f" Penalised: each model’s deviation from their mean has a normal prior (standard deviation {PENALTY_SD:g} log-odds), "
        "since one was always or never detected."
    )


def _variant_row(variant: Variant, levels: Sequence[str]) -> tuple[Cell, ...]:
    model = variant.model
    about = (OUTCOME_TITLES[variant.outcome], variant.name)
    if model is None:
        return (*about, None, "skipped", variant.skipped, *(DASH for _ in levels))
    test = model.test or model.likelihood_ratio
    letters = paper_letters(variant.outcome, model, "none")
    return (
        *about,
        model.rows,
        model.status.replace("_", " "),
        test_words(test) if test else model.message,
        *(letters.get(level, DASH) for level in levels),
    )


def _subset_lines(subset: str, rows: Sequence[DetectionRow], labels: Sequence[str]) -> Iterable[tuple[str, ...]]:
    yield (subset, "duration (seconds)", *(mean_sd(*row.durations[subset]) for row in rows))
    yield (subset, "utterance number", *(mean_sd(*row.utterances[subset]) for row in rows))
    for label in labels:
        yield (subset, f"confidence: {label}", *(_counted(row.confidence[subset][label], row.pairs) for row in rows))


def _star(model: MixedModel) -> str:
    test = model.test or model.likelihood_ratio
    return "*" if test is not None and test.p < 0.05 else ""


def _p(value: float | None) -> Probability | None:
    return None if value is None else Probability(value)


def _counted(count: int, total: int) -> str:
    return f"{count} ({_percent(count, total)})"


def _percent(count: int, total: int) -> str:
    return f"{100 * count / total:.2f}%" if total else DASH
