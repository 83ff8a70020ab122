"""The content of an estimate's page, and its CSV file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.models import PowerEstimate
from analysis.power.estimates import count_before, found_by, question_of
from analysis.statistics.power_counts import WANTED, Power, Share
from analysis.statistics.power_plans import ADJUSTMENTS, PowerQuestion
from jobs.heartbeats import absent_worker
from studies.files.tables import write_spreadsheet_row

LISTED = 20
State = PowerEstimate.State
COMMON = f"{WANTED:.0%} is a common target"
HEADER = (
    "evaluators pairs people evaluator_sd person_sd adjustment seed a rate_a b rate_b studies failed found power error"
)


@dataclass(frozen=True, slots=True)
class Size:
    """The results so far for studies of one size."""

    evaluators: int
    judgements: int
    power: Power


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the table: the difference, the rates assumed for it, and how often studies of each size find it."""

    name: str
    rates: str
    shares: list[Share]


@dataclass(frozen=True)
class EstimatePage:
    """An estimate, finished or not."""

    estimate: PowerEstimate

    @cached_property
    def question(self) -> PowerQuestion:
        return question_of(self.estimate)

    @cached_property
    def sizes(self) -> list[Size]:
        """Return the sizes for which at least one study has been simulated."""
        found = zip(self.question.evaluators, found_by(self.estimate), strict=False)
        return [Size(number, number * self.question.pairs, power) for number, power in found if power.studies]

    @property
    def title(self) -> str:
        *others, last = map(str, self.question.evaluators)
        numbers = f"{', '.join(others)} and {last}" if others else last
        return f"{numbers} evaluators × {self.question.pairs} pairs"

    @property
    def rates(self) -> list[str]:
        return [f"{name} {_rate(rate)}%" for name, rate in self.question.rates.items()]

    def _rates(self, a: str, b: str) -> str:
        return f"{_rate(self.question.rates[a])} and {_rate(self.question.rates[b])}%"

    @property
    def adjustment(self) -> str:
        return ADJUSTMENTS[self.question.adjustment]

    @property
    def done(self) -> int:
        return sum(size.power.studies for size in self.sizes)

    @property
    def total(self) -> int:
        return self.question.studies * len(self.question.evaluators)

    @property
    def before(self) -> int:
        """Return how many other estimates come first."""
        return count_before(self.estimate)

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the estimate."""
        return absent_worker(self.estimate)

    @property
    def differences(self) -> list[Difference]:
        """Return the overall difference first, then the difference of each pair of models."""
        powers = [size.power for size in self.sizes]
        return [
            Difference("Any difference between the models", "", [power.any_difference() for power in powers]),
            *(
                Difference(f"{a} and {b}", self._rates(a, b), [power.share((a, b)) for power in powers])
                for a, b in self.question.differences
            ),
        ]

    @property
    def meaning(self) -> list[str]:
        """Return the table's main results as sentences."""
        return [*_about_any(self), *_about_each(self)] if self.sizes else []

    @property
    def failures(self) -> list[str]:
        """Return a sentence for each size of which some studies could not be analysed."""
        return [
            f"Of {size.power.studies:,} studies with {size.evaluators} evaluators, {size.power.failed:,} could not be analysed "
            "because of too little variation. They count as finding no difference."
            for size in self.sizes
            if size.power.failed
        ]


def list_estimates() -> list[EstimatePage]:
    """Return the latest estimates and all that are in progress, so that researchers can cancel them."""
    estimates = PowerEstimate.objects.all()
    latest = list(estimates[:LISTED])
    under_way = estimates.filter(state=State.RUNNING)
    older = under_way.exclude(pk__in=[estimate.pk for estimate in latest])
    return [EstimatePage(estimate) for estimate in [*latest, *older]]


def estimate_as_csv(page: EstimatePage) -> str:
    """Return a CSV with a row for each size and difference; rows without models are about any difference. Names are guarded
    against formulas."""
    return "".join(map(write_spreadsheet_row, [HEADER.split(), *_rows(page)]))


def _rows(page: EstimatePage) -> Iterator[Sequence[object]]:
    question = page.question
    assumed = (question.pairs, question.people, question.evaluator_sd, question.person_sd)
    for size in page.sizes:
        named: list[tuple[tuple[str, str] | None, Share]] = [(None, size.power.any_difference())]
        named += [(pair, size.power.share(pair)) for pair in question.differences]
        for pair, share in named:
            models = [cell for name in pair for cell in (name, question.rates[name])] if pair else [""] * 4
            counts = (share.studies, size.power.failed, share.found, share.value, share.error)
            yield (size.evaluators, *assumed, question.adjustment, question.seed, *models, *counts)


def _about_any(page: EstimatePage) -> Iterator[str]:
    enough = [size for size in page.sizes if size.power.any_difference().is_enough]
    size = enough[0] if enough else page.sizes[-1]
    share = _percent(size.power.any_difference())
    if enough:
        yield (
            f"{_size(page, size)} are enough to find any difference between the models: {share} of such studies find one, "
            f"and {COMMON}."
        )
    else:
        yield (
            f"{_size(page, size)} are too few to find any difference between the models: {share} of such studies find one, "
            f"and {COMMON}."
        )


def _about_each(page: EstimatePage) -> Iterator[str]:
    pairs, largest = page.question.differences, page.sizes[-1]
    if len(pairs) < 2:
        return
    found = [pair for pair in pairs if largest.power.share(pair).is_enough]
    hardest = min(pairs, key=lambda pair: largest.power.share(pair).value)
    share = _percent(largest.power.share(hardest))
    yield (
        f"Of the {len(pairs)} differences between two models, {_size(page, largest)} find "
        f"{'all' if len(found) == len(pairs) else len(found) or 'none'} in at least {WANTED * 100:.0f}% of studies; "
        f"they find the hardest one, {hardest[0]} and {hardest[1]}, in {share}."
    )


def _size(page: EstimatePage, size: Size) -> str:
    return f"{size.evaluators} evaluators with {page.question.pairs} pairs each"


def _percent(share: Share) -> str:
    return f"{100 * share.value:.0f}%"


def _rate(rate: float) -> str:
    return f"{100 * rate:.4g}"
