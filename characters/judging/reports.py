"""What judges have found, for JSON and in words."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from characters.judging.results import PART_NAMES, Comparison, Coverage, JudgingResult
from dialogue.rates import Rate
from rolellm.judging.standings import Estimate


def as_object(result: JudgingResult, coverage: Coverage) -> dict[str, Any]:
    """Return everything for JSON, as fractions of 1; None where nothing was decided."""
    return {
        "judge": result.judging.model,
        "benchmark": result.judging.benchmark.name,
        "baseline": result.judging.baseline.name if result.judging.baseline else None,
        "split": result.judging.configuration["split"],
        "rankings": result.done,
        "rows": coverage.rows,
        "rows_missing": coverage.missing,
        "rows_unanswered": coverage.unanswered,
        "roles_without_description": coverage.without_description,
        "roles_not_audited": coverage.not_audited,
        "first_preferred": _rate(result.first_preferred),
        "no_verdict": _rate(result.unreadable),
        "comparisons": [_comparison(each) for each in result.comparisons],
        "by_part": {part: [_comparison(each) for each in found] for part, found in result.by_part.items()},
        "by_role": {role: [_comparison(each) for each in found] for role, found in result.by_role.items()},
        "standings": {
            each.name: {"first": asdict(standing.first), "mean_rank": asdict(standing.mean_rank)}
            for each, standing in result.standings.items()
        },
        "rows_unranked": result.unranked,
    }


def in_words(result: JudgingResult, coverage: Coverage) -> Iterator[str]:
    """Return a table of comparisons, one of standings if there are any, and sentences about what they leave out."""
    yield f"{'':50} {'rows':>5} {'wins':>5} {'ties':>5} {'losses':>6} {'no verdict':>10}  win rate"
    yield from _lines("", result.comparisons)
    for part, found in result.by_part.items():
        yield from _lines(f"{PART_NAMES[part]}: ", found)
    for each, standing in result.standings.items():
        yield (
            f"{each.name}: ranked first {in_percent(standing.first)}, mean rank {standing.mean_rank.mean:.2f} "
            f"[{standing.mean_rank.low:.2f}, {standing.mean_rank.high:.2f}]"
        )
    yield (
        "An answer wins only if it is preferred in both orders. Every other pair of verdicts is a tie, which is half a win."
    )
    yield from sentences(result, coverage)


def sentences(result: JudgingResult, coverage: Coverage) -> Iterator[str]:
    """Return how far the order of reading mattered, and what is left out."""
    if result.first_preferred.total:
        rate = result.first_preferred
        yield f"The judge preferred the answer shown first in {rate.percent} of {rate.total:,} verdicts [{rate.ends}]."
    if result.unreadable.count:
        yield f"Rankings without a verdict: {result.unreadable.count:,} of {result.unreadable.total:,}."
    if coverage.missing:
        yield f"Rows that are not judged, because an answer is missing: {coverage.missing:,} of {coverage.wanted:,}."
    for name, count in coverage.unanswered.items():
        if count:
            yield f"Test rows without an answer of {name}: {count:,}."
    if result.unranked:
        yield f"Rows without all verdicts, not in the ranks: {result.unranked:,}."
    yield from _about_roles(coverage)


def _about_roles(coverage: Coverage) -> Iterator[str]:
    if coverage.without_description:
        yield f"Roles without a description, left out: {', '.join(coverage.without_description)}."
    if coverage.not_audited:
        yield f"Roles whose description is not audited: {', '.join(coverage.not_audited)}."


def in_percent(estimate: Estimate | None) -> str:
    """Return the mean and its interval in percent; a dash if nothing was decided."""
    if estimate is None:
        return "–"
    return f"{100 * estimate.mean:.1f}% [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"


def _lines(before: str, comparisons: Sequence[Comparison]) -> Iterator[str]:
    for each in comparisons:
        name = f"{before}{each.one} over {each.other}"
        counts = f"{each.rows:5} {each.wins:5} {each.ties:5} {each.losses:6} {each.undecided:10}"
        yield f"{name:50} {counts}  {in_percent(each.rate)}"


def _comparison(each: Comparison) -> dict[str, Any]:
    return {
        "answers": each.one.name,
        "over": each.other.name,
        "rows": each.rows,
        "wins": each.wins,
        "ties": each.ties,
        "losses": each.losses,
        "flipped": each.flipped,
        "no_verdict": each.undecided,
        "win_rate": asdict(each.rate) if each.rate else None,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {"count": rate.count, "of": rate.total, "share": rate.share, "wilson": rate.interval}
