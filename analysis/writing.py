"""An analysis as files: results for programs, tables and figures for papers, a report for people."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.analysing import Analysis
from analysis.contrasts import ADJUSTMENTS
from analysis.figures.drawing import Drawing, Undrawn, to_pdf, to_svg
from analysis.figures.judged import draw_judgements
from analysis.paper_tables import contrasts_table, effects_table, sensitivity_table, table_3, table_10
from analysis.results import results
from analysis.tabulating import Table, to_csv, to_latex
from analysis.wording import report

Figures = Sequence[Drawing | Undrawn]


class Unwritable(OSError):
    """The files cannot be written; the message is a sentence that says what to do."""


def write_analysis(analysis: Analysis, figures: Figures, folder: Path) -> list[Path]:
    """Writes all files into ``folder``, making it if needed, and gives their paths. What else is there stays.

    Of ``figures`` those that the data allow. All are written elsewhere first: either every file comes, or none. Raises
    Unwritable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            names = [_write(Path(unfinished), name, content) for name, content in _files(analysis, figures)]
            return [(Path(unfinished) / name).replace(folder / name) for name in names]
    except OSError as error:
        raise Unwritable(
            f"{folder} cannot be written ({error.strerror}): name a folder that you may write to."
        ) from error


def tables(analysis: Analysis) -> list[Table]:
    """All tables of judgements, in the order in which a paper has them."""
    return [
        table_3(analysis.frame),
        *(table_10(analysis.models, adjustment) for adjustment in ADJUSTMENTS),
        effects_table(analysis.models),
        contrasts_table(analysis.models),
        sensitivity_table(analysis.models, analysis.variants),
    ]


def figures(analysis: Analysis) -> list[Drawing | Undrawn]:
    """All figures of judgements; the reason why there is none in place of those that the data do not allow."""
    return draw_judgements(analysis.frame, analysis.models)


def report_text(analysis: Analysis, figures: Figures) -> str:
    """The results in words, with what was left out."""
    paragraphs = [" ".join(report(outcome, model)) for outcome, model in analysis.models.items()]
    undrawn = [f"There is no figure “{one.name}”: {one.reason}" for one in figures if isinstance(one, Undrawn)]
    return "\n\n".join([*paragraphs, *analysis.skipped, *undrawn]) + "\n"


def _files(analysis: Analysis, figures: Figures) -> Iterator[tuple[str, bytes]]:
    for name, text in _texts(analysis, figures):
        yield name, text.encode()
    for drawing in figures:
        if isinstance(drawing, Drawing):
            yield f"{drawing.name}.svg", to_svg(drawing)
            yield f"{drawing.name}.pdf", to_pdf(drawing)


def _texts(analysis: Analysis, figures: Figures) -> Iterator[tuple[str, str]]:
    found = results(analysis.frame, analysis.models)
    yield "results.json", json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    yield "report.txt", report_text(analysis, figures)
    for table in tables(analysis):
        yield f"{table.name}.csv", to_csv(table)
        yield f"{table.name}.tex", to_latex(table)


def _write(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return name
