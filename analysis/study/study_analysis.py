"""The complete analysis of a study: its judgements, dialogues and participants."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from analysis.code_version import code_version
from analysis.drift.character_drift import measure_drift
from analysis.exclusions import excluded_sentences
from analysis.models import SHAPE
from analysis.reporting.comparison_table import comparison_table, manner_of
from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.studies import failure_radars, participants_by_option
from analysis.reporting.findings import OUTCOME_TITLES, remark
from analysis.reporting.page_content import figure_content, table_content
from analysis.reporting.portfolio import Portfolio, count_flagged, files_of, portfolio_of
from analysis.reporting.simulation_tables import failure_percents, table_1, table_2, table_7
from analysis.statistics.analysis import Analysis, analyse
from analysis.statistics.factors import MODEL, compare_by, describe_factors, keep_apart
from analysis.statistics.judgements import BadData
from analysis.stored_results import Computed
from analysis.study.sources import Chosen, Source, caveats_of_data, caveats_of_models, read_sources, uncounted
from analysis.study.study_data import judgements_in, said_by_group, summaries_by_condition, summaries_by_inquirer
from collection.research.distributions import read_distributions
from studies.models import Dialogue, Study, is_excluded

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StudyAnalysis:
    """A study's analysis. ``judgements`` holds their number by evaluation number, ``dialogues`` their number by inquirer.
    ``compared`` are sentences that say what the mixed models compare, if not the inquirer models."""

    portfolio: Portfolio
    judgements: Mapping[int, int]
    dialogues: Mapping[str, int]
    compared: Sequence[str] = ()


def compute_study(study: Study, chosen: Chosen, on_step: OnStep, factors: Sequence[str] = ()) -> Computed:
    """Analyse the study and create all files. Raises BadData if there is nothing to analyse."""
    analysis = analyse_study(study, chosen, on_step, factors or MODEL)
    on_step("files")
    return Computed(_shown(analysis), dict(files_of(analysis.portfolio)))


def analyse_study(study: Study, chosen: Chosen, on_step: OnStep, factors: Sequence[str] = MODEL) -> StudyAnalysis:
    """Compute what the study's data allow, with the judgements of the ``chosen`` evaluations, whose mixed models compare by the
    ``factors``. Raises BadData without data.

    Call ``on_step`` with the name of each step before it."""
    sources = read_sources(study, chosen)
    judged, left_out, factors = _judged(study, chosen, on_step, factors)
    on_step("dialogues")
    groups = said_by_group(study)
    if judged is None and not groups:
        raise BadData(f"{left_out[0]} It has no dialogues either. Collect or simulate some first.")
    compared = [comparison_table({name: manner_of(said) for name, said in groups.items()})] if groups else []
    drift = measure_drift(study, _counting(study), on_step)
    inquirers = summaries_by_inquirer(study)
    simulated = [table_1(inquirers), table_7(inquirers), table_2(summaries_by_condition(study))] if inquirers else []
    on_step("figures")
    own = portfolio_of(judged, describe_factors(factors)) if judged else Portfolio(None, [], [], left_out)
    radars = failure_radars(failure_percents(inquirers))
    counted = _counted(sources, judged)
    dialogues = {name: len(said) for name, said in groups.items()}
    portfolio = Portfolio(
        judged,
        [*own.tables, *compared, *simulated, *(drift.tables() if drift else ())],
        [*own.figures, radars, *_participants(study), *(drift.figures() if drift else ())],
        own.left_out,
        [
            _made_of(study, counted, dialogues),
            *_caveats(sources, judged),
            *excluded_sentences(study),
            *own.preface,
            *(drift.findings() if drift else ()),
        ],
        [_described(source) for source in counted],
    )
    numbers = {source.evaluation.number: source.judgements for source in counted}
    return StudyAnalysis(portfolio, numbers, dialogues, describe_factors(factors) if judged else ())


def _counting(study: Study) -> QuerySet[Dialogue]:
    """Return the ended dialogues that no researcher excluded; branches repeat turns of others, and a later try has replaced
    some."""
    ended = Dialogue.objects.filter(study=study, is_replaced=False).exclude(ended_at=None).exclude(is_excluded())
    return ended.exclude(kind=Dialogue.Kind.BRANCH)


def _judged(
    study: Study, chosen: Chosen, on_step: OnStep, factors: Sequence[str]
) -> tuple[Analysis | None, list[str], Sequence[str]]:
    """Return the analysis of the judgements, or None and the reasons why there is none; and what it compares."""
    try:
        frame = judgements_in(study, chosen)
        factors = keep_apart(frame, factors)
        return analyse(compare_by(frame, factors), on_step), [], factors
    except BadData as reason:
        return None, [str(reason)], factors


def _counted(sources: Sequence[Source], judged: Analysis | None) -> list[Source]:
    """Return the analysed evaluations with their analysed number of judgements; an open one may have more by now."""
    if judged is None:
        return []
    numbers = Counter(judged.frame["participant"].str.partition("-")[0].astype(int))
    found = [(source, numbers[source.evaluation.number]) for source in sources]
    return [replace(source, judgements=count) for source, count in found if count]


def _made_of(study: Study, counted: Sequence[Source], dialogues: Mapping[str, int]) -> str:
    """Return a sentence about the files' data sources, date and code. The files may outlive the page that also says this."""
    judgements = f"{sum(source.judgements for source in counted)} judgements"
    named = f" of {', '.join(map(str, counted))}" if counted else ""
    counts = f"{judgements}{named}, {sum(dialogues.values())} dialogues"
    return f"{study.title}: {counts} on {timezone.now():%-d %B %Y}, computed by {code_version()}."


def _described(source: Source) -> dict[str, Any]:
    """Return the entry of an evaluation in results.json."""
    evaluation = source.evaluation
    return {
        "number": evaluation.number,
        "title": str(evaluation),
        "state": evaluation.state,
        "judgements": source.judgements,
    }


def _caveats(sources: Sequence[Source], judged: Analysis | None) -> list[str]:
    if judged is None:
        return []
    left = uncounted(sources)
    return [*([left] if left else []), *caveats_of_data(sources), *caveats_of_models(sources)]


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
        "compared": list(analysis.compared),
        **_shown_judged(portfolio.judged),
        "findings": [asdict(finding) for finding in portfolio.findings],
        "left_out": list(portfolio.left_out),
        "tables": [table_content(table) for table in portfolio.tables],
        "figures": [figure_content(drawing) for drawing in portfolio.drawings],
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
