"""Table 3, computed from judgements with its counts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pytest import approx

from analysis.statistics.detection_table import CONFIDENCES, detection_table, overall_row

TABLES = json.loads((Path(__file__).parents[2] / "data" / "paper_tables.json").read_text("utf-8"))
TABLE_3: dict[str, Any] = {model: row for model, row in TABLES["table3"].items() if model != "note"}


def spread(moments: list[float], count: int) -> list[float]:
    """Return values with this mean and population standard deviation: half above, half below, the middle one at the mean."""
    mean, sd = moments
    half, odd = divmod(count, 2)
    width = sd * (count / (2 * half)) ** 0.5
    return [mean + width] * half + [mean - width] * half + [mean] * odd


def judgements() -> Iterator[dict[str, Any]]:
    """Return judgements with the paper's counts and moments."""
    for model, row in TABLE_3.items():
        for subset, detected in (("detected", 1.0), ("undetected", 0.0)):
            labels = [label for label, count in zip(CONFIDENCES, row[subset], strict=True) for _ in range(count)]
            durations = spread(row[f"duration_{subset}"], len(labels))
            utterances = spread(row["utterance_detected"], len(labels)) if detected else [None] * len(labels)
            for label, duration, number in zip(labels, durations, utterances, strict=True):
                yield {
                    "model": model,
                    "detected": detected,
                    "confidence": label,
                    "duration": duration,
                    "utterance_number": number,
                }


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.DataFrame(judgements())


@pytest.mark.parametrize("model", TABLE_3)
def test_counts_rates_and_moments_are_the_papers(frame: pd.DataFrame, model: str) -> None:
    row, expected = detection_table(frame)[model], TABLE_3[model]
    assert row.undetectability == approx(expected["undetectability"])
    assert list(row.confidence["detected"].values()) == expected["detected"]
    assert list(row.confidence["undetected"].values()) == expected["undetected"]
    assert row.durations["detected"] == approx(tuple(expected["duration_detected"]))
    assert row.durations["undetected"] == approx(tuple(expected["duration_undetected"]))
    assert row.utterances["detected"] == approx(tuple(expected["utterance_detected"]))
    assert row.utterances["undetected"] == (None, None)


def test_totals_add_up_where_the_papers_were_swapped(frame: pd.DataFrame) -> None:
    table = detection_table(frame)
    for row in table.values():
        assert sum(row.confidence["total"].values()) == row.pairs == 200
        for label in CONFIDENCES:
            both = row.confidence["detected"][label] + row.confidence["undetected"][label]
            assert row.confidence["total"][label] == both
    shares = {model: table[model].confidence["total"]["somewhat confident"] / 200 for model in ("Llama-2", "Mixtral")}
    assert shares == {"Llama-2": 0.295, "Mixtral": 0.425}


def test_over_all_models_a_third_stays_undetected(frame: pd.DataFrame) -> None:
    row = overall_row(frame)
    assert (row.pairs, row.undetectability) == (800, 0.3375)


def test_without_optional_columns_there_are_counts_alone(frame: pd.DataFrame) -> None:
    row = overall_row(frame[["model", "detected"]])
    assert (row.detected, row.undetected) == (530, 270)
    assert row.confidence["total"] == {}
    assert row.durations["total"] == (None, None)


def test_a_model_of_which_nothing_says_whether_it_was_detected_has_a_row_of_nothing(frame: pd.DataFrame) -> None:
    unknown = frame.assign(detected=frame["detected"].mask(frame["model"] == "Mixtral"))
    row = detection_table(unknown)["Mixtral"]
    assert (row.pairs, row.undetectability, row.durations["total"]) == (0, None, (None, None))
    assert overall_row(unknown).pairs == 600
