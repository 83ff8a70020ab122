"""The judged pairs of a closed evaluation, with everybody's answers."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from evaluation.models import Evaluation, Judgement, Pair

PAIRS_A_PAGE = 50
OUTCOMES = {"simulated": "detected", "natural": "natural one chosen", "not sure": "not sure"}
"""Words for ``chosen_kind``."""


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pair with its submitted judgements, oldest first, each with ``chosen_kind``."""

    pair: Pair
    judgements: list[Judgement]

    @property
    def address(self) -> str:
        """Return the page that shows both dialogues side by side; empty without dialogues."""
        dialogues = [one.token for one in (self.pair.natural, self.pair.simulated) if one]
        query = urlencode([("dialogue", token) for token in dialogues])
        return f"{reverse('side-by-side', args=[self.pair.evaluation.study.slug])}?{query}" if dialogues else ""

    @property
    def answers(self) -> list[tuple[Judgement, str]]:
        """Return each judgement with its outcome in words."""
        return [(one, OUTCOMES[one.chosen_kind]) for one in self.judgements]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class JudgedPairs:
    """One page of the pairs with an answer of kind ``outcome`` and of ``model``; empty: any."""

    evaluation: Evaluation
    outcome: str
    model: str
    models: list[str]
    page: Page[Any]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return list(OUTCOMES.items())

    @property
    def query(self) -> str:
        return urlencode({"outcome": self.outcome, "model": self.model})


def read_judged_pairs(evaluation: Evaluation, asked: QueryDict) -> JudgedPairs:
    """Return the pairs that people judged and that the address asks for. Unknown values are ignored."""
    judgements = Judgement.objects.judged().filter(pair__evaluation=evaluation).with_chosen_kind()
    pairs = evaluation.pairs.filter(Exists(judgements.filter(pair=OuterRef("pk"))))
    models = list(pairs.order_by("model").values_list("model", flat=True).distinct())
    outcome, model = asked.get("outcome", ""), asked.get("model", "")
    if outcome in OUTCOMES:
        pairs = pairs.filter(Exists(judgements.filter(Q(**{"chosen_kind": outcome}), pair=OuterRef("pk"))))
    if model in models:
        pairs = pairs.filter(model=model)
    given = judgements.select_related("evaluator").order_by("pk")
    rows = pairs.select_related("goal", "natural", "simulated", "evaluation__study").order_by("person", "goal", "model")
    rows = rows.prefetch_related(Prefetch("judgements", given, to_attr="given"))
    page: Page[Any] = Paginator(rows, PAIRS_A_PAGE).get_page(asked.get("page", "1"))
    page.object_list = [PairLine(pair, pair.given) for pair in page.object_list]
    known = (outcome if outcome in OUTCOMES else "", model if model in models else "")
    return JudgedPairs(evaluation, *known, models, page)
