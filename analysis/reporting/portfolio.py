"""All output of an analysis and its files: tables and figures for papers, results for programs, a report for people."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from analysis.reporting.figures.detectability import choices_by_confidence, rates_by_confidence
from analysis.reporting.figures.differences import pairwise_differences
from analysis.reporting.figures.drawings import Drawing, Undrawn, to_pdf, to_svg
from analysis.reporting.figures.durations import durations_by_model
from analysis.reporting.figures.model_means import means_by_model
from analysis.reporting.figures.random_effects import caterpillars
from analysis.reporting.findings import Finding, model_finding, rates_finding
from analysis.reporting.judgement_tables import contrasts_table, effects_table, sensitivity_table, table_3, table_10
from analysis.reporting.results import results
from analysis.statistics.analysis import Analysis
from analysis.statistics.contrasts import ADJUSTMENTS
from analysis.statistics.detection_table import detection_table, overall_row
from analysis.statistics.mixed_models import MixedModel
from studies.files.printed_tables import Table, to_csv, to_latex


class Unwritable(OSError):
    """The files cannot be written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The output of an analysis. ``judged`` is None if there are no judgements. ``left_out`` holds sentences about results that
    the data do not allow, ``preface`` what to know before reading the results. ``evaluations`` lists those that count; it is
    empty for a file of judgements, which does not name them.
    """

    judged: Analysis | None
    tables: Sequence[Table]
    figures: Sequence[Drawing | Undrawn]
    left_out: Sequence[str]
    preface: Sequence[str] = ()
    evaluations: Sequence[Mapping[str, Any]] | None = None

    @property
    def drawings(self) -> list[Drawing]:
        """Return the figures that could be drawn."""
        return [one for one in self.figures if isinstance(one, Drawing)]

    @property
    def undrawn(self) -> list[Undrawn]:
        """Return the figures that the data do not allow."""
        return [one for one in self.figures if isinstance(one, Undrawn)]

    @property
    def findings(self) -> list[Finding]:
        """Return the findings: how often simulations remained undetected, then each mixed model."""
        if self.judged is None:
            return []
        rates = rates_finding(detection_table(self.judged.frame), overall_row(self.judged.frame))
        return [rates, *(model_finding(outcome, model) for outcome, model in self.judged.models.items())]

    @property
    def gaps(self) -> list[str]:
        """Return sentences about everything that was left out, including figures."""
        return [*self.left_out, *(f"Figure “{one.name}” is missing: {one.reason}" for one in self.undrawn)]

    @property
    def text(self) -> str:
        """Return the report for people."""
        return "\n\n".join([*self.preface, *(finding.text for finding in self.findings), *self.gaps]) + "\n"


def portfolio_of(analysis: Analysis, preface: Sequence[str] = ()) -> Portfolio:
    """Return the output for judgements alone, in the paper's order. ``preface`` says what is compared."""
    models = analysis.models
    tables = [
        table_3(analysis.frame),
        *(table_10(models, adjustment) for adjustment in ADJUSTMENTS),
        effects_table(models),
        contrasts_table(models),
        sensitivity_table(models, analysis.variants),
    ]
    figures = draw_judgements(analysis.frame, models)
    return Portfolio(analysis, tables, figures, analysis.skipped, [*preface, *_caveats(analysis.frame)])


def draw_judgements(frame: pd.DataFrame, models: Mapping[str, MixedModel]) -> list[Drawing | Undrawn]:
    """Draw the figures in reading order, or give the reason why the data do not allow one. ``models`` must hold the fit of
    ``detected``."""
    detected = models["detected"]
    return [
        rates_by_confidence(frame),
        choices_by_confidence(frame),
        means_by_model(frame, detected),
        pairwise_differences(detected),
        caterpillars(detected),
        durations_by_model(frame),
    ]


def count_flagged(frame: pd.DataFrame) -> int:
    """Return the number of judgements whose evaluator is flagged."""
    return int(frame["flagged"].sum()) if "flagged" in frame else 0


def files_of(portfolio: Portfolio) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and content."""
    for name, text in _texts(portfolio):
        yield name, text.encode()
    for drawing in portfolio.drawings:
        yield f"{drawing.name}.svg", to_svg(drawing)
        yield f"{drawing.name}.pdf", to_pdf(drawing)


def write_files(files: Iterable[tuple[str, bytes]], folder: Path) -> list[Path]:
    """Write the files into ``folder``, creating it if needed, and return their paths. Leave other files there alone.

    All content is created before anything is written, and is first written elsewhere: if one file fails, none appears, and an
    interrupted run leaves nothing behind. Raises Unwritable, or whatever ``files`` raises.
    """
    made = list(files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            names = [_write(Path(unfinished), name, content) for name, content in made]
            return [(Path(unfinished) / name).replace(folder / name) for name in names]
    except OSError as error:
        raise Unwritable(
            f"{folder} cannot be written ({error.strerror}). Name a folder that you may write to."
        ) from error


def _caveats(frame: pd.DataFrame) -> Iterator[str]:
    if flagged := count_flagged(frame):
        yield f"The results include judgements by flagged evaluators ({flagged}); the table “sensitivity” also leaves them out."


def _texts(portfolio: Portfolio) -> Iterator[tuple[str, str]]:
    judged = portfolio.judged
    if judged is not None:
        found = results(judged.frame, judged.models)
        if portfolio.evaluations is not None:
            found["evaluations"] = list(portfolio.evaluations)
        yield "results.json", json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    yield "report.txt", portfolio.text
    for table in portfolio.tables:
        yield f"{table.name}.csv", to_csv(table)
        yield f"{table.name}.tex", to_latex(table)


def _write(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return name
