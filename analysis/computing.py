"""A study's whole analysis: of its judgements, of its dialogues, of who took part."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.analysing import Analysis, analyse
from analysis.comparison import comparison_table, manner_of
from analysis.dialogues import said_by_group, summaries_by_condition, summaries_by_inquirer
from analysis.figures.drawing import Drawing, Undrawn
from analysis.figures.failures import failure_radars
from analysis.figures.features import participants_by_option
from analysis.judgements import BadData
from analysis.portfolio import Portfolio, files_of, portfolio_of
from analysis.simulation_tables import failure_percents, table_1, table_2, table_7
from analysis.tables import judgements_in
from analysis.tabulating import Table, readable
from analysis.writing import write_files
from collection.models import Study
from collection.research.distributions import read_distributions
from evaluation.models import Evaluation

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StudyAnalysis:
    """``facts`` say what data it is made of, ``caveats`` what to mind."""

    portfolio: Portfolio
    facts: Sequence[str]
    caveats: Sequence[str]


@dataclass(frozen=True, slots=True)
class Computed:
    """What a page shows of an analysis, ready for JSON, and which files there are."""

    shown: dict[str, Any]
    files: list[str]


def compute_study(study: Study, folder: Path, on_step: OnStep) -> Computed:
    """Analyses the study and writes all files into ``folder``. Raises BadData when there is nothing to analyse."""
    analysis = analyse_study(study, on_step)
    on_step("files")
    paths = write_files(files_of(analysis.portfolio), folder)
    return Computed(_shown(analysis), [path.name for path in paths])


def analyse_study(study: Study, on_step: OnStep) -> StudyAnalysis:
    """Whatever the study's data allow; ``on_step`` hears what comes next. Raises BadData when it has no data."""
    judged, left_out = _judged(study, on_step)
    on_step("dialogues")
    groups = said_by_group(study)
    if judged is None and not groups:
        raise BadData(f"{left_out[0]} It has no dialogues either: collect or simulate some first.")
    compared = [comparison_table({name: manner_of(said) for name, said in groups.items()})] if groups else []
    inquirers = summaries_by_inquirer(study)
    simulated = [table_1(inquirers), table_7(inquirers), table_2(summaries_by_condition(study))] if inquirers else []
    on_step("figures")
    own = portfolio_of(judged) if judged else Portfolio(None, [], [], left_out)
    radars = failure_radars(failure_percents(inquirers))
    portfolio = Portfolio(
        judged, [*own.tables, *compared, *simulated], [*own.figures, radars, *_participants(study)], own.left_out
    )
    counts = [f"{len(said)} dialogues: {name}" for name, said in groups.items()]
    return StudyAnalysis(portfolio, [*_judgements(judged), *counts], list(_caveats(study)))


def _judged(study: Study, on_step: OnStep) -> tuple[Analysis | None, list[str]]:
    """The analysis of the judgements, or why there is none."""
    try:
        return analyse(judgements_in(study), on_step), []
    except BadData as reason:
        return None, [str(reason)]


def _participants(study: Study) -> Iterator[Drawing | Undrawn]:
    for distribution in read_distributions(study):
        counts = {bar.option: bar.count for bar in distribution.bars}
        yield participants_by_option(distribution.key, distribution.label, counts)


def _judgements(judged: Analysis | None) -> Iterator[str]:
    if judged is not None:
        yield f"{len(judged.frame)} judgements by {judged.frame['participant'].nunique()} evaluators"


def _caveats(study: Study) -> Iterator[str]:
    evaluations = study.evaluations.all()
    if evaluations.filter(is_rehearsed=True).exists():
        yield "These judgements are made up, to try the software: they are no results."
    if evaluations.filter(state=Evaluation.State.OPEN).exists():
        yield "An evaluation is still open: whoever stops, or goes on, because of what they see here makes it worthless."
    if evaluations.filter(judges_per_pair__gt=1).exists():
        yield "Pairs were judged by several evaluators: the models do not know which judgements are about the same pair."


def _shown(analysis: StudyAnalysis) -> dict[str, Any]:
    portfolio = analysis.portfolio
    return {
        "facts": list(analysis.facts),
        "caveats": list(analysis.caveats),
        "words": portfolio.words,
        "figures": [{"name": one.name, "title": one.title, "alt": one.alt} for one in portfolio.drawings],
        "gaps": portfolio.gaps,
        "tables": [_shown_table(table) for table in portfolio.tables],
    }


def _shown_table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "note": table.note,
        "header": list(table.header),
        "rows": [[readable(cell) for cell in row] for row in table.rows],
    }
