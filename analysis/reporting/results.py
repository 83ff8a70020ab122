"""``results.json``: an analysis for other programs. Its structure is fixed; values that do not exist are null."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.statistics.contrasts import ADJUSTMENTS, Contrast, Estimate, JointTest
from analysis.statistics.detection_table import DetectionRow, detection_table, overall_row
from analysis.statistics.mixed_models import MixedModel

Json = dict[str, Any]
LINEAR = ("utterance_number", "duration")


def results(frame: pd.DataFrame, models: Mapping[str, MixedModel]) -> Json:
    """Return the content of results.json for ``frame``; ``models`` holds the fits of ``detected`` and of LINEAR."""
    return {
        "n": len(frame),
        "levels": sorted(frame["model"].unique()),
        "detected": _binomial(models["detected"]),
        **{outcome: _linear(models[outcome]) for outcome in LINEAR},
        "detection_table": {model: _table_row(row) for model, row in detection_table(frame).items()}
        | {"overall": _table_row(overall_row(frame))},
    }


def _binomial(model: MixedModel) -> Json:
    found = _common(model, "z") | {
        "wald": _joint(model.test, "chi2", "df"),
        "lrt": _joint(model.likelihood_ratio, "chi2", "df"),
        "contrasts": [_contrast(contrast, "z") for contrast in model.contrasts],
    }
    return found | ({"penalised": _common(model.penalised, "z")} if model.penalised else {})


def _linear(model: MixedModel) -> Json:
    f = model.test
    common = _common(model, "t")
    return common | {
        "sd": common["sd"] | {"residual": model.residual_sd} if common["sd"] else None,
        "f": {"F": f.statistic, "df_num": f.df_num, "df_den": f.df_den, "p": f.p} if f else None,
        "contrasts": [_contrast(contrast, "t") for contrast in model.contrasts],
    }


def _common(model: MixedModel, statistic: str) -> Json:
    return {
        "status": model.status,
        "message": model.message,
        "fixed_effects": {name: _estimate(effect, statistic) for name, effect in model.effects.items()} or None,
        "sd": dict(model.sd) or None,
        "log_likelihood": model.log_likelihood,
        "letters": {name: model.letters(name) for name in ADJUSTMENTS} if model.contrasts else None,
    }


def _estimate(effect: Estimate | None, statistic: str) -> Json:
    values = (effect.estimate, effect.se, effect.statistic, effect.p) if effect else (None,) * 4
    named: Json = dict(zip(("estimate", "se", statistic, "p"), values, strict=True))
    return named if statistic == "z" else named | {"df": effect.df if effect else None}


def _contrast(contrast: Contrast, statistic: str) -> Json:
    adjusted = {"p_holm": contrast.p_holm, "p_tukey": contrast.p_tukey}
    return {"a": contrast.a, "b": contrast.b} | _estimate(contrast.found, statistic) | adjusted


def _joint(test: JointTest | None, statistic: str, df: str) -> Json | None:
    return {statistic: test.statistic, df: test.df_num, "p": test.p} if test else None


def _table_row(row: DetectionRow) -> Json:
    moments = {
        f"{name}_{subset}": list(values)
        for name, subsets in (("duration", row.durations), ("utterance", row.utterances))
        for subset, values in subsets.items()
    }
    return {
        "pairs": row.pairs,
        "detected": row.detected,
        "undetected": row.undetected,
        "undetectability": row.undetectability,
        "confidence": {subset: dict(counts) for subset, counts in row.confidence.items()},
    } | moments
