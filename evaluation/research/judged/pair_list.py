"""The list of judged pairs of closed evaluations, with all evaluators' answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.http import QueryDict

from dialogue.answers import show_answer
from evaluation.models import Confidence, Evaluation, Judgement, Pair
from evaluation.own_questions import OwnQuestion, answers_by_dialogue, read_own_questions
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
    def answers(self) -> list[tuple[Judgement, str, list[tuple[str, str]]]]:
        """Return each judgement with its outcome in words, and the labels and answers of own questions."""
        questions = read_own_questions(self.pair.evaluation.own_questions)
        return [(one, outcome_of(one), _own_answers(one, questions)) for one in self.judgements]


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
    given = judgements.select_related("evaluator", "presentation").order_by("pk")
    rows = pairs.select_related("goal", "evaluation__study").order_by("evaluation", "person", "goal", "model", "pk")
    rows = rows.prefetch_related(Prefetch("judgements", given, to_attr="given"))
    page: Page[Any] = Paginator(rows, PAIRS_A_PAGE).get_page(asked.get("page", "1"))
    page.object_list = [PairLine(pair, pair.given) for pair in page.object_list]
    return JudgedPairs(study, evaluation, choices, page, count_named(judgements))


def _own_answers(one: Judgement, questions: Sequence[OwnQuestion]) -> list[tuple[str, str]]:
    is_natural_first = one.presentation.is_natural_first
    given = answers_by_dialogue(questions, one.own_answers, is_natural_first=is_natural_first)
    named = [(own, part, column) for own in questions for part, column in own.columns.items()]
    return [
        (f"{own.question.label} ({part})" if part else own.question.label, show_answer(given[column]))
        for own, part, column in named
        if column in given
    ]


def outcome_of(judgement: Any) -> str:
    """Return in words what the judgement, which has ``chosen_kind``, chose."""
    return OUTCOMES[judgement.chosen_kind][0]
