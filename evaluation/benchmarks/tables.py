"""What people judged as tables, like those of model judges."""

from collections.abc import Iterator, Sequence

from characters.judging.results import PART_NAMES
from characters.judging.tables import RATE, numbers, percentages
from evaluation.benchmarks.ratings import TOGETHER, Rating
from evaluation.benchmarks.results import AnswerResults, Comparison, compare, criteria_names, rank_sets
from studies.files.printed_tables import Cell, Percentage, Table

COUNTS = ("Wins", "Ties", "Losses", "Judgements")
_COUNTED = (*RATE, *COUNTS)
Rows = Sequence[tuple[Cell, ...]]
HOW = (
    "Together, an answer wins if an evaluator prefers it by more of the criteria than the other one. A tie counts as half a "
    "win. From and to: 95% interval, by a bootstrap over questions, or Wilson's if all questions agree."
)


def tables_of(results: AnswerResults) -> list[Table]:
    """Return all tables that have rows. Their names are those of no other evaluation of the benchmark."""
    made = (_rates(results), _standings(results), _roles(results), _agreements(results))
    return [table for table in made if table.rows]


def _table(results: AnswerResults, name: str, title: str, note: str, header: tuple[str, ...], rows: Rows) -> Table:
    evaluation = results.evaluation
    return Table(f"people-{evaluation.number}-{name}", f"{title}: {evaluation}", note, header, tuple(rows))


def _rates(results: AnswerResults) -> Table:
    """Return a row for each comparison, kind of questions and criterion."""
    ratings = results.ratings
    parts = list(dict.fromkeys(each.part for each in ratings))
    kinds: list[tuple[str, Sequence[Rating]]] = [("all", ratings)]
    if len(parts) > 1:
        kinds += [(PART_NAMES[part], [each for each in ratings if each.part == part]) for part in sorted(parts)]
    rows = [(str(each), kind, *cells) for kind, found in kinds for each, cells in _by_criterion(found)]
    first = [row[0] for row in rows]
    rows.sort(key=lambda row: first.index(row[0]))
    return _table(
        results, "comparisons", "Win rates by people", HOW, ("Answers", "Questions", "Criterion", *_COUNTED), rows
    )


def _roles(results: AnswerResults) -> Table:
    """Return the same for each role; no rows if there is only one."""
    roles = sorted({each.role for each in results.ratings})
    rows = [
        (role, str(each), *cells)
        for role in roles
        for each, cells in _by_criterion([one for one in results.ratings if one.role == role])
    ]
    header = ("Role", "Answers", "Criterion", *_COUNTED)
    return _table(results, "roles", "Win rates by people and role", HOW, header, rows if len(roles) > 1 else [])


def _by_criterion(ratings: Sequence[Rating]) -> Iterator[tuple[Comparison, tuple[Cell, ...]]]:
    for criterion, name in criteria_names().items():
        for each in compare(ratings, criterion):
            rate = percentages(each.rate) if each.rate else (None, None, None)
            yield each, (name, *rate, each.wins, each.ties, each.losses, each.judgements)


def _standings(results: AnswerResults) -> Table:
    rows: list[tuple[Cell, ...]] = []
    left_out = 0
    for criterion, name in criteria_names().items():
        ranked, left_out = rank_sets(results.ratings, criterion)
        rows += [
            (each.name, name, *percentages(found.first), *numbers(found.mean_rank), found.first.rows)
            for each, found in ranked.items()
        ]
    note = (
        "Ranks follow from all pairs on a question of a role; sets that share the first rank share it in equal parts."
    )
    if left_out:
        note += f" Questions without a judgement about every pair are left out: {left_out}."
    order = list(dict.fromkeys(row[0] for row in rows))
    rows.sort(key=lambda row: order.index(row[0]))
    header = ("Answers", "Criterion", "Ranked first", "From", "To", "Mean rank", "From", "To", "Questions")
    return _table(results, "standings", "Ranks by people", note, header, rows)


def _agreements(results: AnswerResults) -> Table:
    names = criteria_names()
    rows = [
        (each.raters, names[each.criterion], each.alpha, _percent(each.same.share), each.same.total)
        for each in results.agreements
    ]
    note = (
        "Krippendorff's alpha for nominal values: 1 is perfect agreement, 0 is chance; a dash if all answers are the same. "
        "Same: the share of pairs about which all agree. A model judge ranks by both criteria at once, so it is compared with "
        f"the majority of people by “{names[TOGETHER]}”."
    )
    header = ("Who", "Criterion", "Krippendorff’s alpha", "Same", "Pairs")
    return _table(results, "agreement", "Agreement", note, header, rows)


def _percent(share: float | None) -> Percentage | None:
    return None if share is None else Percentage(100 * share)
