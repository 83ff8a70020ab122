"""Which judgements a list of pairs is about: the part of its address that researchers choose."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode

from evaluation.inquirers import name_inquirer
from evaluation.models import Confidence, Evaluation, Judgement, Pair
from evaluation.models.judgements import Judgements
from evaluation.models.pairs import has_excluded
from studies.models import Study

OUTCOMES = {
    "simulated": ("detected", ("simulated",)),
    "undetected": ("undetected", ("natural", "not sure")),
    "natural": ("natural one chosen", ("natural",)),
    "not sure": ("not sure", ("not sure",)),
}
"""The words for each value in an address, and the kinds of answers that it selects."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; empty means any. Values that do not exist are dropped."""

    evaluations: tuple[int, ...] = ()
    outcome: str = ""
    confidence: str = ""
    inquirer: str = ""

    @property
    def query(self) -> str:
        """Return the query of the address."""
        values = {"outcome": self.outcome, "confidence": self.confidence, "inquirer": self.inquirer}
        chosen = {name: value for name, value in values.items() if value}
        return urlencode([*(("evaluation", str(number)) for number in self.evaluations), *chosen.items()])


@dataclass(frozen=True)
class Choices:
    """The closed evaluations of a study, their inquirers, and what is chosen of them."""

    evaluations: Mapping[int, Evaluation]
    inquirers: Mapping[str, Q]
    asked: Asked = field(default_factory=Asked)

    @property
    def chosen(self) -> list[Evaluation]:
        """Return the evaluations that are asked for."""
        return [self.evaluations[number] for number in self.asked.evaluations or self.evaluations]

    @property
    def excluded(self) -> int:
        """Return how many judgements do not count, because researchers excluded a dialogue of their pair."""
        return Judgement.objects.judged().filter(has_excluded("pair__"), pair__evaluation__in=self.chosen).count()

    @property
    def judgements(self) -> Judgements:
        """Return the judgements that count in results and are asked for, with ``chosen_kind``."""
        found = Judgement.objects.counted().filter(pair__evaluation__in=self.chosen).with_chosen_kind()
        if self.asked.outcome:
            found = found.filter(Q(**{"chosen_kind__in": OUTCOMES[self.asked.outcome][1]}))
        if self.asked.confidence:
            found = found.filter(confidence=self.asked.confidence)
        return found.filter(self.inquirers[self.asked.inquirer]) if self.asked.inquirer else found


def read_choices(study: Study, asked: QueryDict, only: Evaluation | None = None) -> Choices:
    """Return the choices in the study, or in ``only`` one evaluation, and what the address asks for."""
    closed = [only] if only else study.evaluations.filter(state=Evaluation.State.CLOSED).select_related("study")
    choices = choices_of({one.number: one for one in closed})
    numbers = tuple(number for number in choices.evaluations if str(number) in asked.getlist("evaluation"))
    chosen = Asked(
        () if only else numbers,
        _known(asked, "outcome", OUTCOMES),
        _known(asked, "confidence", Confidence.values),
        _known(asked, "inquirer", choices.inquirers),
    )
    return replace(choices, asked=chosen)


def choices_of(evaluations: Mapping[int, Evaluation]) -> Choices:
    """Return all that can be chosen in these evaluations, which are given by number."""
    return Choices(evaluations, _inquirers(evaluations))


def _known(asked: QueryDict, name: str, values: Collection[str]) -> str:
    value = asked.get(name, "")
    return value if value in values else ""


def _inquirers(evaluations: Mapping[int, Evaluation]) -> dict[str, Q]:
    """Return a condition on judgements for each inquirer, by name."""
    pairs = Pair.objects.filter(evaluation__in=evaluations.values(), role=Pair.Role.MAIN)
    ways = pairs.order_by("model", "elicitation").values_list("model", "elicitation").distinct()
    return {name_inquirer(*way): Q(pair__model=way[0], pair__elicitation=way[1]) for way in ways}
