"""All that an analysis gives: tables and figures for papers, results for programs, a report for people."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.analysing import Analysis
from analysis.contrasts import ADJUSTMENTS
from analysis.detection_table import detection_table, overall_row
from analysis.figures.drawing import Drawing, Undrawn, to_pdf, to_svg
from analysis.figures.judged import draw_judgements
from analysis.results import results
from analysis.tables.paper_tables import contrasts_table, effects_table, sensitivity_table, table_3, table_10
from analysis.tables.tabulating import Table, to_csv, to_latex
from analysis.wording import Told, tell, tell_rates


@dataclass(frozen=True, slots=True)
class Portfolio:
    """``judged`` is None if there are no judgements. ``left_out`` says in sentences what the data do not allow, and ``preface``
    what to know before reading the results. ``evaluations`` are those that count; a file of judgements does not name them."""

    judged: Analysis | None
    tables: Sequence[Table]
    figures: Sequence[Drawing | Undrawn]
    left_out: Sequence[str]
    preface: Sequence[str] = ()
    evaluations: Sequence[Mapping[str, Any]] | None = None

    @property
    def drawings(self) -> list[Drawing]:
        """The figures that there are."""
        return [one for one in self.figures if isinstance(one, Drawing)]

    @property
    def undrawn(self) -> list[Undrawn]:
        """The figures that the data do not allow."""
        return [one for one in self.figures if isinstance(one, Undrawn)]

    @property
    def told(self) -> list[Told]:
        """What was found: how often simulations passed, then each model."""
        if self.judged is None:
            return []
        rates = tell_rates(detection_table(self.judged.frame), overall_row(self.judged.frame))
        return [rates, *(tell(outcome, model) for outcome, model in self.judged.models.items())]

    @property
    def gaps(self) -> list[str]:
        """What was left out, figures too."""
        return [*self.left_out, *(f"There is no figure “{one.name}”: {one.reason}" for one in self.undrawn)]

    @property
    def text(self) -> str:
        """The report for people."""
        return "\n\n".join([*self.preface, *(told.text for told in self.told), *self.gaps]) + "\n"


def portfolio_of(analysis: Analysis) -> Portfolio:
    """What judgements alone give, in the order in which a paper has it."""
    models = analysis.models
    tables = [
        table_3(analysis.frame),
        *(table_10(models, adjustment) for adjustment in ADJUSTMENTS),
        effects_table(models),
        contrasts_table(models),
        sensitivity_table(models, analysis.variants),
    ]
    figures = draw_judgements(analysis.frame, models)
    return Portfolio(analysis, tables, figures, analysis.skipped, list(_caveats(analysis.frame)))


def count_flagged(frame: pd.DataFrame) -> int:
    """Judgements whose evaluator is doubted."""
    return int(frame["flagged"].sum()) if "flagged" in frame else 0


def _caveats(frame: pd.DataFrame) -> Iterator[str]:
    if flagged := count_flagged(frame):
        yield f"Judgements of flagged evaluators are among them ({flagged}): the table “sensitivity” leaves them out."


def files_of(portfolio: Portfolio) -> Iterator[tuple[str, bytes]]:
    """Each file's name and content."""
    for name, text in _texts(portfolio):
        yield name, text.encode()
    for drawing in portfolio.drawings:
        yield f"{drawing.name}.svg", to_svg(drawing)
        yield f"{drawing.name}.pdf", to_pdf(drawing)


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
