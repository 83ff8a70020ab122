"""A study's whole analysis: of its judgements, of its dialogues, of who took part."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from analysis.analysing import Analysis, analyse
from analysis.code_version import code_version
from analysis.figures.drawing import Drawing, Undrawn
from analysis.figures.failures import failure_radars
from analysis.figures.features import participants_by_option
from analysis.judgements import BadData
from analysis.models import SHAPE
from analysis.portfolio import Portfolio, count_flagged, files_of, portfolio_of
from analysis.study.caveats import caveats_of_data, caveats_of_models
from analysis.study.dialogues import said_by_group, summaries_by_condition, summaries_by_inquirer
from analysis.study.judgements import judgements_by_evaluation, judgements_in
from analysis.tables.comparison import comparison_table, manner_of
from analysis.tables.simulation_tables import failure_percents, table_1, table_2, table_7
from analysis.tables.tabulating import Table
from analysis.wording import OUTCOME_TITLES, remark
from analysis.writing import write_files
from collection.models import Study
from collection.research.distributions import read_distributions

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StudyAnalysis:
    """``judgements`` counts them by the evaluation's number, ``dialogues`` counts them by who asked."""

    portfolio: Portfolio
    judgements: Mapping[int, int]
    dialogues: Mapping[str, int]


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
    judgements = judgements_by_evaluation(study) if judged else {}
    dialogues = {name: len(said) for name, said in groups.items()}
    portfolio = Portfolio(
        judged,
        [*own.tables, *compared, *simulated],
        [*own.figures, radars, *_participants(study)],
        own.left_out,
        [_made_of(study, judgements, dialogues), *_caveats(study, judged), *own.preface],
    )
    return StudyAnalysis(portfolio, judgements, dialogues)


def _judged(study: Study, on_step: OnStep) -> tuple[Analysis | None, list[str]]:
    """The analysis of the judgements, or why there is none."""
    try:
        return analyse(judgements_in(study), on_step), []
    except BadData as reason:
        return None, [str(reason)]


def _made_of(study: Study, judgements: Mapping[int, int], dialogues: Mapping[str, int]) -> str:
    """What the files were computed of, when and by what: they outlive the page that says so too."""
    counts = f"{sum(judgements.values())} judgements, {sum(dialogues.values())} dialogues"
    return f"{study.title}: {counts} on {timezone.now():%-d %B %Y}, computed by {code_version()}."


def _caveats(study: Study, judged: Analysis | None) -> list[str]:
    return [*caveats_of_data(study), *caveats_of_models(study)] if judged else []


def _participants(study: Study) -> Iterator[Drawing | Undrawn]:
    for distribution in read_distributions(study):
        counts = {bar.option: bar.count for bar in distribution.bars}
        yield participants_by_option(distribution.key, distribution.label, counts)


def _shown(analysis: StudyAnalysis) -> dict[str, Any]:
    portfolio = analysis.portfolio
    return {
        "shape": SHAPE,
        "judgements": {str(number): count for number, count in analysis.judgements.items()},
        "dialogues": dict(analysis.dialogues),
        **_shown_judged(portfolio.judged),
        "told": [asdict(told) for told in portfolio.told],
        "left_out": list(portfolio.left_out),
        "tables": [_shown_table(table) for table in portfolio.tables],
        "figures": [_shown_figure(drawing) for drawing in portfolio.drawings],
        "undrawn": [{"name": one.name, "reason": one.reason} for one in portfolio.undrawn],
    }


def _shown_judged(judged: Analysis | None) -> dict[str, Any]:
    if judged is None:
        return {}
    frame, models = judged.frame, judged.models
    return {
        "evaluators": int(frame["participant"].nunique()),
        "flagged": count_flagged(frame),
        "remarks": [f"{OUTCOME_TITLES[name]}: {remark(model)}" for name, model in models.items() if model.message],
    }


def _shown_table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "note": table.note,
        "header": list(table.header),
        "numeric": table.numeric,
        "groups": table.groups,
    }


def _shown_figure(drawing: Drawing) -> dict[str, Any]:
    """With its size in pixels, so that a page keeps its place free."""
    width, height = (round(96 * inches) for inches in drawing.figure.get_size_inches())
    return {"name": drawing.name, "title": drawing.title, "alt": drawing.alt, "width": width, "height": height}
