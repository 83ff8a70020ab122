"""Single verdicts with the judge's reasons and both answers, for reading and as a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from characters.judging.results import JudgedPair
from characters.models import Answer, AnswerSet, BenchmarkRow, Judging, Ranking
from studies.files.tables import BYTE_ORDER_MARK, write_spreadsheet_row

OUTCOMES = {"win": "wins", "tie": "ties", "loss": "losses", "none": "no verdict"}
_HEADER = (
    "role", "part", "question", "judge", "first", "second", "preference", "reason_first", "reason_second", "tries",
    "problem", "answer_first", "answer_second",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """One ranking of a pair: which answers stood where, what the judge preferred, and why."""

    ranking: Ranking

    @property
    def preferred(self) -> AnswerSet | None:
        """Return the preferred answers; None for a tie, or without a verdict."""
        sides = {"first": self.ranking.first, "second": self.ranking.second}
        return sides.get(self.ranking.preference)

    @property
    def reasons(self) -> list[tuple[AnswerSet, str]]:
        """Return the judge's reason about each side, in the order in which it saw them."""
        sides = (self.ranking.first, self.ranking.second)
        return list(zip(sides, self.ranking.reasons, strict=False))

    @property
    def problem(self) -> str:
        """Return why there is no verdict."""
        rejected = self.ranking.rejected
        return str(rejected[-1]["reason"]) if self.ranking.preference == "none" and rejected else ""


@dataclass(frozen=True, slots=True)
class ReadPair:
    """A judged pair with its row, both texts and both orders."""

    pair: JudgedPair
    row: BenchmarkRow
    texts: list[tuple[AnswerSet, str]]
    orders: list[SeenOrder]

    @property
    def outcome(self) -> str:
        """Return how the first did against the other, in a word."""
        words = {"win": "wins", "tie": "ties", "loss": "loses"}
        outcome = self.pair.verdicts.outcome
        return words[outcome] if outcome else "no verdict"


def select_pairs(judged: Iterable[JudgedPair], outcome: str, role: str) -> list[JudgedPair]:
    """Return the judged pairs with that outcome ("none": without one) and role; empty strings select all."""
    return [
        each
        for each in judged
        if (not role or each.role == role) and (not outcome or (each.verdicts.outcome or "none") == outcome)
    ]


def read_pairs(judging: Judging, pairs: Sequence[JudgedPair]) -> list[ReadPair]:
    """Return these pairs with everything to read."""
    rows = {row.pk: row for row in BenchmarkRow.objects.filter(pk__in=[each.row for each in pairs])}
    rankings = judging.rankings.filter(row__in=rows).select_related("first", "second").order_by("pk")
    by_pair: dict[tuple[int, frozenset[int]], list[SeenOrder]] = {}
    for ranking in rankings:
        key = ranking.row_id, frozenset((ranking.first_id, ranking.second_id))
        by_pair.setdefault(key, []).append(SeenOrder(ranking))
    texts = _texts(judging, list(rows))
    return [
        ReadPair(
            each,
            rows[each.row],
            [(side, texts.get((each.row, side.pk), "")) for side in (each.one, each.other)],
            by_pair[each.row, frozenset((each.one.pk, each.other.pk))],
        )
        for each in pairs
    ]


def write_verdicts(judging: Judging) -> Iterator[str]:
    """Yield a spreadsheet's lines: every finished ranking, in the benchmark's order."""
    yield BYTE_ORDER_MARK + write_spreadsheet_row(_HEADER)
    texts = _texts(judging)
    finished = judging.rankings.exclude(finished_at=None).select_related("row", "first", "second")
    for each in finished.order_by("row__position", "pk").iterator(500):
        seen, reasons = SeenOrder(each), [*each.reasons, "", ""]
        sides = texts.get((each.row_id, each.first_id), ""), texts.get((each.row_id, each.second_id), "")
        about = each.row.role, each.row.part, each.row.question.strip(), judging.model
        tries = len(each.rejected) + (each.preference != "none")
        found = each.first.name, each.second.name, each.preference, reasons[0], reasons[1], tries, seen.problem
        yield write_spreadsheet_row([*about, *found, *sides])


def _texts(judging: Judging, rows: Sequence[int] | None = None) -> dict[tuple[int, int], str]:
    """Return the judged texts by row and answer set, of these rows or of all."""
    answers = Answer.objects.filter(
        row__in=judging.rankings.order_by().values("row"),
        answer_set__in=judging.rankings.order_by().values("first"),
        sample=0,
    )
    if rows is not None:
        answers = answers.filter(row__in=rows)
    return {(row, answer_set): text for row, answer_set, text in answers.values_list("row", "answer_set", "text")}
