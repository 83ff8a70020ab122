"""What judges have found as tables, beside the paper's."""

from collections.abc import Iterable, Iterator, Sequence

from characters.benchmarks.languages import language_of
from characters.benchmarks.results import MEASURES, SetResult, read_results
from characters.benchmarks.score_tables import SPLIT_NAMES
from characters.judging.results import PART_NAMES, Comparison, JudgingResult, read_results_of_split
from characters.models import AnswerSet, Benchmark
from rolellm.judging.standings import Estimate
from rolellm.published_results import PublishedRow, published_elicitations, published_table
from rolellm.rolebench.layout import Split
from studies.files.printed_tables import Cell, Percentage, Table

_RATE = ("Win rate", "From", "To")
_COUNTS = ("Wins", "Ties", "Losses", "No verdict", "Rows")
_HOW = (
    "An answer wins only if the judge prefers it in both orders; every other pair of verdicts is a tie, which counts as half a "
    "win. From and to: 95% interval, by a bootstrap over questions, or Wilson's if all questions agree."
)


def rolebench_table(benchmark: Benchmark, split: Split) -> Table:
    """Return scores and win rates of all answers on a split, beside the paper's."""
    judged = [result for result in read_results_of_split(benchmark, split) if result.judging.baseline]
    scored = {result.answer_set: result for result in read_results(benchmark, split)}
    rows = [row for each in benchmark.answer_sets.order_by("pk") for row in _set_rows(each, scored.get(each), judged)]
    paper = published_table(language_of(benchmark), split)
    rows += [row for each in paper.rows for row in _paper_rows(each)] if paper else []
    note = f"Scores: ROUGE-L recall, best reference, in per cent. {_HOW} A dash: there is nothing to compare."
    note += (
        f" Rows of the paper: {paper.source}. {paper.notes}" if paper else " The paper has no results for this split."
    )
    header = ("Answers", *MEASURES, "Mean", "Judge", "Over", *_RATE, *_COUNTS)
    return Table(f"rolebench-{split}", f"{benchmark.name}, {SPLIT_NAMES[split]}", note, header, tuple(rows))


def comparison_table(result: JudgingResult) -> Table:
    """Return the comparisons over all rows and over the rows of each kind."""
    kinds = [("all", result.comparisons), *((PART_NAMES[part], found) for part, found in result.by_part.items())]
    rows = [
        (f"{each.one.name} over {each.other.name}", kind, *_figures(each))
        for pair in range(len(result.comparisons))
        for kind, found in kinds
        for each in found[pair : pair + 1]
    ]
    header = ("Answers", "Questions", *_RATE, *_COUNTS)
    return Table("comparisons", f"Judging by {result.judging.model}", _HOW, header, tuple(rows))


def role_table(result: JudgingResult) -> Table:
    """Return the comparisons of each role."""
    rows = [
        (role, f"{each.one.name} over {each.other.name}", *_figures(each))
        for role, found in result.by_role.items()
        for each in found
    ]
    header = ("Role", "Answers", *_RATE, *_COUNTS)
    return Table("roles", f"Judging by {result.judging.model}, by role", _HOW, header, tuple(rows))


def standing_table(result: JudgingResult) -> Table:
    """Return how often each set ranks first, and its mean rank, beside the paper's comparison of elicitations."""
    rows: list[tuple[Cell, ...]] = [
        (each.name, *_percentages(standing.first), *_numbers(standing.mean_rank), standing.first.rows)
        for each, standing in result.standings.items()
    ]
    rows += [
        (f"Paper: {each.elicitation}", Percentage(each.first), None, None, each.mean_rank, None, None, None)
        for each in published_elicitations()
    ]
    note = (
        "Ranks follow from all pairs on a row; sets that share the first rank share it in equal parts. Rows of the paper: "
        "table 7, Chinese role-specific questions, ranked by GPT-4; its shares sum to 102.4 because of ties."
    )
    header = ("Answers", "Ranked first", "From", "To", "Mean rank", "From", "To", "Rows")
    return Table("standings", f"Ranks by {result.judging.model}", note, header, tuple(rows))


def tables_of(result: JudgingResult) -> list[Table]:
    """Return all tables of a judging that have rows."""
    tables = [comparison_table(result)] if any(each.rows for each in result.comparisons) else []
    tables += [standing_table(result)] if len(result.standings) > 2 else []
    return [*tables, role_table(result)] if len(result.by_role) > 1 else tables


def _set_rows(
    answer_set: AnswerSet, scored: SetResult | None, judged: Sequence[JudgingResult]
) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each judging of the set, one with its scores alone if there is none, and nothing if it has no scores."""
    scores: tuple[Cell, ...] = _scores(scored) if scored else (None,) * (len(MEASURES) + 1)
    found = list(_judgements(answer_set, judged))
    for model, each in found:
        yield (answer_set.name, *scores, model, each.other.name, *_figures(each))
    if scored and not found:
        yield (answer_set.name, *scores, *[None] * (2 + len(_RATE) + len(_COUNTS)))


def _scores(scored: SetResult) -> tuple[Cell, ...]:
    totals = [scored.measures[name].total for name in MEASURES]
    return (*(_percent(each.as_published if each else None) for each in totals), _percent(scored.average))


def _judgements(answer_set: AnswerSet, judged: Iterable[JudgingResult]) -> Iterator[tuple[str, Comparison]]:
    for result in judged:
        for each in result.comparisons:
            if each.one == answer_set and each.rows:
                yield result.judging.model, each


def _paper_rows(row: PublishedRow) -> Iterator[tuple[Cell, ...]]:
    scores = tuple(Percentage(score) for score in (row.cus, row.raw, row.spe, row.average))
    wins = [("GPT-4", row.wins_by_model), ("people", row.wins_by_people)]
    known: list[tuple[Cell, ...]] = [
        (judge, "RoleGPT", Percentage(share)) for judge, share in wins if share is not None
    ]
    for judged in known or [(None, None, None)]:
        yield (f"Paper: {row.model}", *scores, *judged, *[None] * (len(_RATE) - 1 + len(_COUNTS)))


def _figures(each: Comparison) -> tuple[Cell, ...]:
    rate = _percentages(each.rate) if each.rate else (None, None, None)
    return (*rate, each.wins, each.ties, each.losses, each.undecided, each.rows)


def _percentages(estimate: Estimate) -> tuple[Cell, Cell, Cell]:
    return Percentage(100 * estimate.mean), Percentage(100 * estimate.low), Percentage(100 * estimate.high)


def _numbers(estimate: Estimate) -> tuple[Cell, Cell, Cell]:
    return estimate.mean, estimate.low, estimate.high


def _percent(share: float | None) -> Percentage | None:
    return None if share is None else Percentage(100 * share)
