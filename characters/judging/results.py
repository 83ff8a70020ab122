"""What judges have found, for pages, files and the command line."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from characters.judging.requests import draw_of
from characters.judging.rows import available, missing_answers, roles_of
from characters.judging.sides import all_sets, pairs_of
from characters.models import AnswerSet, Benchmark, Character, Judging
from dialogue.rates import Rate
from rolellm.judging.outcomes import BothOrders, Outcome
from rolellm.judging.standings import Estimate, Standing, rank, standings, win_rate
from rolellm.judging.verdicts import Preference

PART_NAMES = {"general": "general", "role_specific": "role-specific"}
_READ = ("first", "second", "tie")


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Both verdicts about two answers to a row."""

    row: int
    question: str
    part: str
    role: str
    one: AnswerSet
    other: AnswerSet
    verdicts: BothOrders


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the answers of ``one`` did against those of ``other``, counted in rows judged in both orders.

    ``flipped`` of the ties are rows where the judge preferred the same position twice. ``undecided`` rows lack a verdict in
    at least one order, and are not in the ``rate``, the share of wins with ties counting half.
    """

    one: AnswerSet
    other: AnswerSet
    wins: int
    ties: int
    losses: int
    flipped: int
    undecided: int
    rate: Estimate | None

    @property
    def rows(self) -> int:
        return self.wins + self.ties + self.losses + self.undecided


@dataclass(frozen=True)
class JudgingResult:
    """The progress of a judging and what it has found so far, in the rows ``judged`` in both orders.

    ``comparisons`` are over all of them. ``standings`` of three or more sets that were compared with each other are over the
    rows where every pair is decided, ``unranked`` rows are the others. ``first_preferred`` counts the verdicts for the answer
    shown first among those with a preference, ``unreadable`` the rankings without a verdict.
    """

    judging: Judging
    done: int
    total: int
    judged: tuple[JudgedPair, ...]
    comparisons: tuple[Comparison, ...]
    standings: dict[AnswerSet, Standing]
    unranked: int
    first_preferred: Rate
    unreadable: Rate

    @cached_property
    def by_part(self) -> dict[str, tuple[Comparison, ...]]:
        """Return the comparisons over the rows of each part."""
        return {part: _compare(self.judging, found) for part, found in _grouped(self.judged, "part").items()}

    @cached_property
    def by_role(self) -> dict[str, tuple[Comparison, ...]]:
        """Return the comparisons over the rows of each role, in alphabetical order."""
        return {role: _compare(self.judging, found) for role, found in sorted(_grouped(self.judged, "role").items())}

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def is_under_way(self) -> bool:
        return self.judging.is_running and self.left > 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a judging leaves out: for each set the rows that it does not answer, how many ``rows`` of ``wanted`` are judged, the
    roles ``without_description``, and those whose description no person has accepted."""

    rows: int
    wanted: int
    unanswered: dict[str, int]
    without_description: list[str] = field(default_factory=list)
    not_audited: list[str] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return self.wanted - self.rows


def read_results_of_split(benchmark: Benchmark, split: str) -> list[JudgingResult]:
    """Return the results of the judgings on a split that have found something, oldest first."""
    found = benchmark.judgings.filter(configuration__split=split).select_related("baseline").order_by("pk")
    return [result for judging in found if (result := read_result(judging)).done]


def read_result(judging: Judging) -> JudgingResult:
    """Return what the judging has found so far."""
    rankings = judging.rankings.order_by()
    finished = list(rankings.exclude(finished_at=None).values_list("preference", flat=True))
    judged = tuple(judged_pairs(judging))
    ranked, unranked = _ranks(judging, judged)
    return JudgingResult(
        judging=judging,
        done=len(finished),
        total=rankings.count(),
        judged=judged,
        comparisons=_compare(judging, judged),
        standings=ranked,
        unranked=unranked,
        first_preferred=Rate(finished.count("first"), finished.count("first") + finished.count("second")),
        unreadable=Rate(finished.count("none"), len(finished)),
    )


def read_coverage(judging: Judging) -> Coverage:
    """Return what the judging leaves out."""
    draw, benchmark = draw_of(judging), judging.benchmark
    accepted = Character.objects.filter(name__in=draw.roles, audit=Character.Audit.ACCEPTED)
    return Coverage(
        rows=judging.rankings.order_by().values("row").distinct().count(),
        wanted=sum(available(benchmark, draw).values()),
        unanswered={each.name: missing_answers(benchmark, draw, each) for each in all_sets(judging)},
        without_description=[role for role in roles_of(benchmark, draw.split) if role not in draw.roles],
        not_audited=sorted(set(draw.roles) - set(accepted.values_list("name", flat=True))),
    )


def judged_pairs(judging: Judging) -> Iterator[JudgedPair]:
    """Yield the rows whose pairs are finished in both orders, in the benchmark's order."""
    finished = judging.rankings.exclude(finished_at=None).order_by("row__position")
    fields = ("row", "first", "second", "preference", "row__question", "row__part", "row__role")
    found = {values[:3]: values[3:] for values in finished.values_list(*fields)}
    for one, other in pairs_of(judging):
        for (row, first, second), (preference, question, part, role) in found.items():
            if (first, second) == (one.pk, other.pk) and (swapped := found.get((row, second, first))):
                verdicts = BothOrders(_preference(preference), _preference(swapped[0]))
                yield JudgedPair(row, question.strip(), part, role, one, other, verdicts)


def _preference(stored: str) -> Preference | None:
    return cast(Preference, stored) if stored in _READ else None


def _grouped(judged: Iterable[JudgedPair], name: str) -> dict[str, list[JudgedPair]]:
    grouped: dict[str, list[JudgedPair]] = defaultdict(list)
    for each in judged:
        grouped[getattr(each, name)].append(each)
    return grouped


def _compare(judging: Judging, judged: Sequence[JudgedPair]) -> tuple[Comparison, ...]:
    return tuple(
        _comparison(one, other, [each for each in judged if (each.one, each.other) == (one, other)])
        for one, other in pairs_of(judging)
    )


def _comparison(one: AnswerSet, other: AnswerSet, judged: Sequence[JudgedPair]) -> Comparison:
    outcomes = [each.verdicts.outcome for each in judged]
    return Comparison(
        one=one,
        other=other,
        wins=outcomes.count("win"),
        ties=outcomes.count("tie"),
        losses=outcomes.count("loss"),
        flipped=sum(each.verdicts.is_flipped for each in judged),
        undecided=outcomes.count(None),
        rate=win_rate((each.question, outcome) for each, outcome in zip(judged, outcomes, strict=True) if outcome),
    )


def _ranks(judging: Judging, judged: Sequence[JudgedPair]) -> tuple[dict[AnswerSet, Standing], int]:
    """Return the standings of sets that were compared with each other, and how many rows they leave out."""
    if judging.baseline is not None:
        return {}, 0
    sets = {each.name: each for each in all_sets(judging)}
    rows: dict[tuple[int, str], dict[tuple[str, str], Outcome]] = defaultdict(dict)
    for each in judged:
        pairs = rows[each.row, each.question]
        if outcome := each.verdicts.outcome:
            pairs[each.one.name, each.other.name] = outcome
    complete = {key: pairs for key, pairs in rows.items() if len(pairs) == len(sets) * (len(sets) - 1) // 2}
    ranked = [(question, rank(list(sets), pairs)) for (_, question), pairs in complete.items()]
    return {sets[name]: each for name, each in standings(ranked).items()}, len(rows) - len(complete)
