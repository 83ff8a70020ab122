"""One judged pair: both dialogues as evaluators read them, turns aligned, and the utterances that they named."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from evaluation.models import Evaluation, Judgement, Pair
from evaluation.reading import Reading, ReadTurn, read_pair
from evaluation.research.judged.pair_list import PairLine
from evaluation.research.judged.utterances import Heat


@dataclass(frozen=True, slots=True)
class SeenTurn:
    """A turn with the number of evaluators who named it, of all who took its dialogue for artificial or the other one."""

    turn: ReadTurn
    named: Heat


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A pair, its judgements, and its turns by number: the natural dialogue's and the simulated one's, or None."""

    line: PairLine
    reading: Reading
    rows: Sequence[tuple[SeenTurn | None, SeenTurn | None]]

    @property
    def pair(self) -> Pair:
        return self.line.pair

    @property
    def side_by_side(self) -> str:
        """Return the page that shows both dialogues with all that evaluators did not see."""
        dialogues = [one.token for one in (self.pair.natural, self.pair.simulated) if one]
        query = urlencode([("dialogue", token) for token in dialogues])
        return f"{reverse('side-by-side', args=[self.pair.evaluation.study.slug])}?{query}"


def read_judged_pair(evaluation: Evaluation, token: str) -> JudgedPair:
    """Return the pair of a closed evaluation. Raises Pair.DoesNotExist, or PairGone after a withdrawal."""
    pairs = evaluation.pairs.select_related("evaluation__study", "goal", "natural__goal", "simulated")
    pair = pairs.get(token=token, role=Pair.Role.MAIN)
    judged = Judgement.objects.judged().filter(pair=pair).with_chosen_kind()
    judgements: list[Any] = list(judged.select_related("evaluator", "presentation").order_by("pk"))
    reading = read_pair(pair, is_natural_first=True)
    sides = (_seen(reading.first, judgements, "natural"), _seen(reading.second, judgements, "simulated"))
    return JudgedPair(PairLine(pair, judgements), reading, list(zip_longest(*sides)))


def _seen(turns: Sequence[ReadTurn], judgements: Sequence[Any], kind: str) -> list[SeenTurn]:
    named = [one.utterance_number for one in judgements if one.chosen_kind == kind]
    return [SeenTurn(turn, Heat(named.count(turn.number), len(judgements))) for turn in turns]
