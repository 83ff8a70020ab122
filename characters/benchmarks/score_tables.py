"""The scores of a benchmark's answers as tables, beside the paper's."""

from collections.abc import Iterator, Sequence

from characters.benchmarks.languages import language_of
from characters.benchmarks.results import MEASURES, Measure, SetResult
from characters.models import Benchmark
from characters.score_reports import DEFINITIONS
from rolellm.published_results import PublishedTable, published_table
from rolellm.rolebench.layout import Split
from studies.files.printed_tables import Cell, Percentage, Table

SPLIT_NAMES: dict[Split, str] = {"instruction": "instruction split", "role": "role split"}
_SCORES = (
    "Answers",
    "Elicitation",
    *MEASURES,
    "Mean",
    *(f"{name}, F" for name in MEASURES),
    "SPE without leaked",
    "Words, general",
    "Words, specific",
    "Reference words, general",
    "Reference words, specific",
    "Rows, general",
    "Rows, specific",
    "Rows without answer",
    "Empty",
)


def score_tables(benchmark: Benchmark, split: Split, results: Sequence[SetResult]) -> list[Table]:
    """Return the table of all answers beside the paper's rows, and the table by role, if there are any results."""
    return [_scores(benchmark, split, results), _roles(benchmark, split, results)] if results else []


def _scores(benchmark: Benchmark, split: Split, results: Sequence[SetResult]) -> Table:
    paper = published_table(language_of(benchmark), split)
    rows = [_score_row(result) for result in results]
    rows += list(_paper_rows(paper)) if paper else []
    title = f"{benchmark.name}, {SPLIT_NAMES[split]}"
    return Table(f"scores-{split}", title, _note(benchmark, paper), _SCORES, tuple(rows))


def _score_row(result: SetResult) -> tuple[Cell, ...]:
    measures = [result.measures[name] for name in MEASURES]
    general, specific = result.measures["CUS"], result.measures["SPE"]
    return (
        result.answer_set.name,
        result.answer_set.elicitation or None,
        *(_percent(each.total.as_published if each.total else None) for each in measures),
        _percent(result.average),
        *(_percent(each.total.rouge_score_f_first if each.total else None) for each in measures),
        _percent(_without_leaked(specific)),
        *(each.total.mean_words_predicted if each.total else None for each in (general, specific)),
        *(each.total.mean_words_reference if each.total else None for each in (general, specific)),
        *(each.total.rows if each.total else None for each in (general, specific)),
        general.missing + specific.missing,
        result.empty,
    )


def _paper_rows(paper: PublishedTable) -> Iterator[tuple[Cell, ...]]:
    rest = (None,) * (len(_SCORES) - 6)
    for row in paper.rows:
        scores = (Percentage(row.cus), Percentage(row.raw), Percentage(row.spe), Percentage(row.average))
        yield (f"Paper: {row.model}", None, *scores, *rest)


def _roles(benchmark: Benchmark, split: Split, results: Sequence[SetResult]) -> Table:
    rows = [row for result in results for row in _role_rows(result)]
    return Table(
        f"roles-{split}",
        f"{benchmark.name}, {SPLIT_NAMES[split]}, by role",
        _definitions(benchmark),
        ("Answers", "Role", "Measure", "As published", "F", "Words", "Reference words", "Rows"),
        tuple(rows),
    )


def _role_rows(result: SetResult) -> Iterator[tuple[Cell, ...]]:
    for name in MEASURES:
        for role, score in result.measures[name].by_role:
            figures = Percentage(100 * score.as_published), Percentage(100 * score.rouge_score_f_first)
            lengths = score.mean_words_predicted, score.mean_words_reference
            yield (result.answer_set.name, role, name, *figures, *lengths, score.rows)


def _without_leaked(measure: Measure) -> float | None:
    """Return the score without leaked questions, None if there are none: it would be the same number."""
    return measure.without_leaked.as_published if measure.leaked and measure.without_leaked else None


def _percent(share: float | None) -> Percentage | None:
    return None if share is None else Percentage(100 * share)


def _note(benchmark: Benchmark, paper: PublishedTable | None) -> str:
    about = f"{_definitions(benchmark)} Recall rewards long answers: compare the lengths. A dash: nothing to compare."
    return f"{about} Rows of the paper: {paper.source}. {paper.notes}" if paper else about


def _definitions(benchmark: Benchmark) -> str:
    names = DEFINITIONS[language_of(benchmark)]
    return f"In per cent: {names['as_published']}; F: {names['rouge_score_f_first']}."
