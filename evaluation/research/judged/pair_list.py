"""The list of judged pairs of closed evaluations, with everybody's answers."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.http import QueryDict

from evaluation.models import Confidence, Evaluation, Judgement, Pair
from evaluation.research.judged.choices import OUTCOMES, Choices, read_choices
from evaluation.research.judged.utterances import NamedRow, count_named
from studies.models import Study

PAIRS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pair with its judgements, oldest first, each with ``chosen_kind``."""

    pair: Pair
    judgements: list[Judgement]

    @property
    def answers(self) -> list[tuple[Judgement, str]]:
        """Return each judgement with its outcome in words."""
        return [(one, outcome_of(one)) for one in self.judgements]


@dataclass(frozen=True, slots=True)
class JudgedPairs:
    """One page of the pairs that are asked for, of the study or of one ``evaluation``, and how often each utterance was named
    in all of them."""

    study: Study
    evaluation: Evaluation | None
    choices: Choices
    page: Page[Any]
    named: list[NamedRow]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(value, words) for value, (words, _) in OUTCOMES.items()]

    @property
    def confidences(self) -> list[str]:
        return Confidence.values

    @property
    def judgements(self) -> int:
        return self.choices.judgements.count()


def read_judged_pairs(study: Study, asked: QueryDict, evaluation: Evaluation | None = None) -> JudgedPairs:
    """Return the pairs that people judged and that the address asks for, in all closed evaluations or in this one."""
    choices = read_choices(study, asked, evaluation)
    judgements = choices.judgements
    pairs = Pair.objects.filter(pk__in=judgements.order_by().values("pair"))
    given = judgements.select_related("evaluator").order_by("pk")
    rows = pairs.select_related("goal", "evaluation__study").order_by("evaluation", "person", "goal", "model", "pk")
    rows = rows.prefetch_related(Prefetch("judgements", given, to_attr="given"))
    page: Page[Any] = Paginator(rows, PAIRS_A_PAGE).get_page(asked.get("page", "1"))
    page.object_list = [PairLine(pair, pair.given) for pair in page.object_list]
    return JudgedPairs(study, evaluation, choices, page, count_named(judgements))


def outcome_of(judgement: Any) -> str:
    """Return in words what the judgement, which has ``chosen_kind``, chose."""
    return OUTCOMES[judgement.chosen_kind][0]
