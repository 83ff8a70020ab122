"""What judges have found as tables, beside the paper's."""

from characters.judging.results import PART_NAMES, Comparison, JudgingResult
from rolellm.judging.standings import Estimate
from rolellm.published_results import published_elicitations
from studies.files.printed_tables import Cell, Percentage, Table

RATE = ("Win rate", "From", "To")
COUNTS = ("Wins", "Ties", "Losses", "No verdict", "Rows")
HOW = (
    "An answer wins only if the judge prefers it in both orders; every other pair of verdicts is a tie, which counts as half a "
    "win. From and to: 95% interval, by a bootstrap over questions, or Wilson's if all questions agree."
)


def comparison_table(result: JudgingResult) -> Table:
    """Return the comparisons over all rows and over the rows of each kind."""
    kinds = [("all", result.comparisons), *((PART_NAMES[part], found) for part, found in result.by_part.items())]
    rows = [
        (f"{each.one.name} over {each.other.name}", kind, *figures(each))
        for pair in range(len(result.comparisons))
        for kind, found in kinds
        for each in found[pair : pair + 1]
    ]
    header = ("Answers", "Questions", *RATE, *COUNTS)
    return Table("comparisons", f"Judging by {result.judging.model}", HOW, header, tuple(rows))


def role_table(result: JudgingResult) -> Table:
    """Return the comparisons of each role."""
    rows = [
        (role, f"{each.one.name} over {each.other.name}", *figures(each))
        for role, found in result.by_role.items()
        for each in found
    ]
    header = ("Role", "Answers", *RATE, *COUNTS)
    return Table("roles", f"Judging by {result.judging.model}, by role", HOW, header, tuple(rows))


def standing_table(result: JudgingResult) -> Table:
    """Return how often each set ranks first, and its mean rank, beside the paper's comparison of elicitations."""
    rows: list[tuple[Cell, ...]] = [
        (each.name, *percentages(standing.first), *numbers(standing.mean_rank), standing.first.rows)
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


def figures(each: Comparison) -> tuple[Cell, ...]:
    """Return the cells of RATE and COUNTS."""
    rate = percentages(each.rate) if each.rate else (None, None, None)
    return (*rate, each.wins, each.ties, each.losses, each.undecided, each.rows)


def percentages(estimate: Estimate) -> tuple[Cell, Cell, Cell]:
    """Return a share and its interval in per cent."""
    return Percentage(100 * estimate.mean), Percentage(100 * estimate.low), Percentage(100 * estimate.high)


def numbers(estimate: Estimate) -> tuple[Cell, Cell, Cell]:
    """Return a mean and its interval."""
    return estimate.mean, estimate.low, estimate.high
