"""R's fits of simulated judgements (tests/data/glmm)."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.statistics.judgements import read_judgements

FOLDER = Path(__file__).parent.parent / "data" / "glmm"
FITTED = ("typical", "typical_singular", "missing", "two_models")
"""Data to which R fits all three models."""


def read_data(name: str) -> pd.DataFrame:
    """Return the judgements called ``name``."""
    return read_judgements(FOLDER / "data" / f"{name}.csv")


def read_fits(name: str) -> dict[str, Any]:
    """Return R's results for them."""
    found: dict[str, Any] = json.loads((FOLDER / "json" / f"{name}.json").read_text("utf-8"))
    return found


def read_penalised(name: str) -> dict[str, Any]:
    """Return blme's results for them."""
    found: dict[str, Any] = json.loads((FOLDER / "json_extra" / f"{name}.json").read_text("utf-8"))
    return found


def read_letter_patterns() -> list[dict[str, Any]]:
    """Return emmeans' letters for every pattern of significance among four levels."""
    found: list[dict[str, Any]] = json.loads((FOLDER / "cld_patterns_k4.json").read_text("utf-8"))
    return found
