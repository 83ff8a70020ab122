"""Whether the results depend on how judgements are counted: the same models over other readings of the same data."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.findings import MixedModel
from analysis.mixed_models import fit_outcome

NOT_SURE = "not sure"


@dataclass(frozen=True, slots=True)
class Variant:
    """One reading: ``model`` is None where a column that it needs is missing, and ``skipped`` says which."""

    name: str
    outcome: str
    model: MixedModel | None
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    outcome: str
    needs: tuple[str, ...]
    change: Callable[[pd.DataFrame], pd.DataFrame]


def sensitivity(frame: pd.DataFrame) -> Iterator[Variant]:
    """A variant after the other, so that whoever waits sees them come. The main models are not among them."""
    for reading in [*_READINGS, *_per_domain(frame)]:
        lacking = [column for column in reading.needs if column not in frame.columns or frame[column].isna().all()]
        if lacking:
            yield Variant(reading.name, reading.outcome, None, f"the data have no {', '.join(lacking)}")
        else:
            yield Variant(reading.name, reading.outcome, fit_outcome(reading.change(frame), reading.outcome))


def _not_sure_missing(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(detected=frame["detected"].mask(frame["choice"] == NOT_SURE))


def _detected_only(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["detected"] == 1]


def _unflagged(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["flagged"] != 1]


def _log_duration(frame: pd.DataFrame) -> pd.DataFrame:
    """Seconds of nothing have no logarithm: such rows are left out."""
    return frame.assign(duration=np.log(frame["duration"].where(frame["duration"] > 0)))


def _per_domain(frame: pd.DataFrame) -> list[_Reading]:
    domains = sorted(frame["domain"].dropna().unique()) if "domain" in frame.columns else []
    return [_Reading(f"goals in {domain}", "detected", ("domain",), partial(_in_domain, domain)) for domain in domains]


def _in_domain(domain: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["domain"] == domain]


_READINGS = [
    _Reading("“not sure” as missing", "detected", ("choice",), _not_sure_missing),
    _Reading("detected pairs only", "utterance_number", ("utterance_number",), _detected_only),
    *(
        _Reading("without flagged evaluators", outcome, ("flagged", *needs), _unflagged)
        for outcome, needs in (
            ("detected", ()),
            ("utterance_number", ("utterance_number",)),
            ("duration", ("duration",)),
        )
    ),
    _Reading("log of the duration", "duration", ("duration",), _log_duration),
]
