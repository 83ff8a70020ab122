"""What a run or branch costs: the tokens of its outputs at the prices with which it started."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet

from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec
from dialogue.outputs import Output as ModelOutput
from dialogue.prices import Price
from dialogue.seeds import SPEAKERS, SpeakerName
from simulation.models import Branch, PlayedJob
from studies.language_models.identities import find_described
from studies.models import Output

FEW_UNCOUNTED = 3
"""Outputs without token counts of which there may always be some, because an answer may lose its last piece."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of ``counted`` outputs. That of the ``uncounted`` ones is unknown, because the provider reported no tokens."""

    amount: float
    currency: str
    counted: int
    uncounted: int

    @property
    def estimate(self) -> float:
        """Return the cost with that of uncounted outputs, each taken as the average."""
        return self.amount * (1 + self.uncounted / self.counted) if self.counted else self.amount

    @property
    def is_known(self) -> bool:
        """Return whether enough outputs are counted for an estimate."""
        return self.uncounted <= FEW_UNCOUNTED + self.counted // 10

    @property
    def words(self) -> str:
        """Return the cost in words."""
        money = show_money(self.amount, self.currency)
        if not self.uncounted:
            return money
        total = self.counted + self.uncounted
        return f"at least {money} (the provider reported no token counts for {self.uncounted} of {total} outputs)"

    def as_object(self) -> dict[str, Any]:
        """Return the cost for JSON."""
        outputs = self.counted + self.uncounted
        return {"amount": self.amount, "currency": self.currency, "outputs": outputs, "uncounted": self.uncounted}


def show_money(amount: float, currency: str) -> str:
    """Return an amount with its currency; small ones with more digits."""
    return f"{amount:,.{2 if amount >= 1 or not amount else 4}f} {currency}"


def cost_of(job: PlayedJob) -> Cost | None:
    """Return the job's cost so far; None if none of its models has a price."""
    prices = _prices(job)
    if not prices:
        return None
    currency = next(iter(prices.values())).currency
    return Cost(job.cost, currency, job.counted_outputs, job.uncounted_outputs)


def unpriced_apis(job: PlayedJob, models_file: Path | None = None) -> list[str]:
    """Return the names of the job's API models without a price."""
    specs = {speaker: _spec(job, speaker, models_file) for speaker in SPEAKERS if speaker not in job.prices}
    return list(dict.fromkeys(spec.name for spec in specs.values() if spec is not None and spec.is_remote))


def fix_prices(job: PlayedJob, models_file: Path | None = None) -> None:
    """Store the current prices of the job's models, unless it has outputs at earlier prices. Call it with the job's row locked.

    A model that gets its price later has it for its earlier outputs, too.
    """
    fresh = _rows(job).get()
    has_outputs = fresh.counted_outputs or fresh.uncounted_outputs
    now = _current_prices(fresh, models_file)
    prices = now | fresh.prices if has_outputs else fresh.prices | now
    if prices != fresh.prices:
        added = {speaker: Price(**price) for speaker, price in now.items() if speaker not in fresh.prices}
        _rows(job).update(prices=prices)
        _charge(fresh, _stored(fresh, list(added)), added)
    job.refresh_from_db(fields=["prices", "cost", "counted_outputs", "uncounted_outputs"])


def charge(job: PlayedJob, outputs: Iterable[ModelOutput]) -> None:
    """Add the cost of these outputs to the job, in the transaction that stores them."""
    if job.prices:
        counts = [_Counts(one.speaker, *_tokens(one.reply)) for one in outputs]
        _charge(job, counts, _prices(job))


@dataclass(frozen=True, slots=True)
class _Counts:
    """The tokens of an output, None if they are unknown."""

    speaker: str
    prompt: int | None
    completion: int | None
    cached: int | None


def _tokens(counted: Any) -> tuple[int | None, int | None, int | None]:
    return counted.prompt_tokens, counted.completion_tokens, counted.cached_tokens


def _stored(job: PlayedJob, speakers: list[str]) -> Iterable[_Counts]:
    """Yield the tokens of the job's stored outputs of these speakers."""
    outputs = Output.objects.filter(_is_of(job), speaker__in=speakers).order_by()
    rows = outputs.values_list("speaker", "prompt_tokens", "completion_tokens", "cached_tokens")
    return (_Counts(*row) for row in rows.iterator())


def _is_of(job: PlayedJob) -> Q:
    """Return whether an output is the job's own. A branch has none for the turns that it has copied."""
    if isinstance(job, Branch):
        return Q(dialogue__branch=job)
    return Q(dialogue__simulation__run=job) | Q(dialogue__failed_try__cell__run=job)


def _rows(job: PlayedJob) -> QuerySet[PlayedJob]:
    return type(job)._default_manager.filter(pk=job.pk)


def _charge(job: PlayedJob, outputs: Iterable[_Counts], prices: Mapping[str, Price]) -> None:
    cost, counted, uncounted = 0.0, 0, 0
    for one in outputs:
        price = prices.get(one.speaker)
        if price is None:
            continue
        if one.prompt is None or one.completion is None:
            uncounted += 1
        else:
            counted += 1
            cost += price.cost(one.prompt, one.completion, one.cached or 0)
    _rows(job).update(
        cost=F("cost") + cost,
        counted_outputs=F("counted_outputs") + counted,
        uncounted_outputs=F("uncounted_outputs") + uncounted,
    )


def _prices(job: PlayedJob) -> dict[str, Price]:
    return {speaker: Price(**price) for speaker, price in job.prices.items()}


def _current_prices(job: PlayedJob, models_file: Path | None) -> dict[str, Any]:
    specs = {speaker: _spec(job, speaker, models_file) for speaker in SPEAKERS}
    return {speaker: spec.price.model_dump() for speaker, spec in specs.items() if spec is not None and spec.price}


def _spec(job: PlayedJob, speaker: SpeakerName, models_file: Path | None) -> ModelSpec | None:
    """Return the model of that speaker; None if models.toml does not describe it."""
    try:
        return find_described(models_file or settings.MODELS_FILE, getattr(job, speaker))
    except ModelMisconfigured:
        return None
