"""One table of everything that is known about a benchmark's answers, as the paper prints it, beside the paper's rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from characters.benchmarks.languages import language_of
from characters.benchmarks.results import MEASURES, SetResult, read_results
from characters.benchmarks.score_tables import SPLIT_NAMES
from characters.judging.findings import Findings, read_findings
from characters.judging.results import Comparison
from characters.judging.tables import COUNTS, HOW, RATE, figures, numbers
from characters.models import AnswerSet, Benchmark
from rolellm.judging.standings import Standing
from rolellm.published_results import PublishedRow, published_table
from rolellm.rolebench.layout import Split
from studies.files.printed_tables import Cell, Percentage, Table

_LENGTHS = ("Words, general", "Words, specific")
_RANK = ("Mean rank", "Rank from", "Rank to")
_SCORED = (*MEASURES, "Mean", *_LENGTHS)
_JUDGED = ("Judge", "Over", *RATE, *COUNTS, *_RANK)
_FEWEST = 3
"""Answer sets whose ranks say more than a win rate."""


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What one judge says about an answer set: compared with a baseline, ranked among several sets, or both."""

    judge: str
    comparison: Comparison | None
    standing: Standing | None

    @property
    def cells(self) -> tuple[Cell, ...]:
        compared = (
            (self.comparison.other.name, *figures(self.comparison))
            if self.comparison
            else _empty("Over", *RATE, *COUNTS)
        )
        return (self.judge, *compared, *(numbers(self.standing.mean_rank) if self.standing else _empty(*_RANK)))


def rolebench_table(benchmark: Benchmark, split: Split) -> Table:
    """Return scores, lengths, win rates and mean ranks of all answers on a split, beside the paper's."""
    judged = read_findings(benchmark, split)
    scored = {result.answer_set: result for result in read_results(benchmark, split)}
    rows = [row for each in benchmark.answer_sets.order_by("pk") for row in _set_rows(each, scored.get(each), judged)]
    paper = published_table(language_of(benchmark), split)
    rows += [row for each in paper.rows for row in _paper_rows(each)] if paper else []
    sentences = [
        "Scores: ROUGE-L recall, best reference, in per cent. Words: mean length of the answers, which recall rewards.",
        HOW,
        *dict.fromkeys(each.note for each in judged if each.note),
        f"Mean rank: among all sets that a judge compared with each other, if these are at least {_FEWEST}.",
        "A dash: there is nothing to compare.",
        f"Rows of the paper: {paper.source}. {paper.notes}" if paper else "The paper has no results for this split.",
    ]
    return Table(
        f"rolebench-{split}",
        f"{benchmark.name}, {SPLIT_NAMES[split]}",
        " ".join(sentences),
        ("Answers", *_SCORED, *_JUDGED),
        tuple(rows),
    )


def _set_rows(
    answer_set: AnswerSet, scored: SetResult | None, judged: Sequence[Findings]
) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each judgement of the set; one with its scores alone if there is none; nothing without either."""
    scores = _scores(scored) if scored else _empty(*_SCORED)
    found = [each.cells for each in _judgements(answer_set, judged)]
    for cells in found or ([_empty(*_JUDGED)] if scored else []):
        yield (answer_set.name, *scores, *cells)


def _scores(scored: SetResult) -> tuple[Cell, ...]:
    totals = [scored.measures[name].total for name in MEASURES]
    general, specific = (scored.measures[name].total for name in ("CUS", "SPE"))
    return (
        *(_percent(each.as_published if each else None) for each in totals),
        _percent(scored.average),
        *(each.mean_words_predicted if each else None for each in (general, specific)),
    )


def _judgements(answer_set: AnswerSet, judged: Sequence[Findings]) -> Iterator[_Judgement]:
    """Yield each comparison with a baseline, with the ranks by the same judge, and then the ranks that are left."""
    ranks = [
        (found.judge, found.standings[answer_set])
        for found in judged
        if len(found.standings) >= _FEWEST and answer_set in found.standings
    ]
    for found in (found for found in judged if found.has_baseline):
        for each in (each for each in found.comparisons if each.one == answer_set and each.rows):
            rank = next((rank for rank in ranks if rank[0] == found.judge), None)
            if rank:
                ranks.remove(rank)
            yield _Judgement(found.judge, each, rank[1] if rank else None)
    for judge, standing in ranks:
        yield _Judgement(judge, None, standing)


def _paper_rows(row: PublishedRow) -> Iterator[tuple[Cell, ...]]:
    scores = (*(Percentage(score) for score in (row.cus, row.raw, row.spe, row.average)), *_empty(*_LENGTHS))
    wins = [("GPT-4", row.wins_by_model), ("people", row.wins_by_people)]
    known: list[tuple[Cell, ...]] = [
        (judge, "RoleGPT", Percentage(share)) for judge, share in wins if share is not None
    ]
    for judged in known or [(None, None, None)]:
        yield (f"Paper: {row.model}", *scores, *judged, *_empty(*_JUDGED[len(judged) :]))


def _empty(*columns: str) -> tuple[None, ...]:
    return (None,) * len(columns)


def _percent(share: float | None) -> Percentage | None:
    return None if share is None else Percentage(100 * share)
