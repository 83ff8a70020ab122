"""The pairs that a preview shows: the training pairs, then some real pairs, or made-up ones if there are none yet."""

from collections.abc import Iterable, Sequence
from itertools import islice
from random import Random

from django.db.models import prefetch_related_objects

from evaluation.models import Evaluation, Pair, Presentation
from evaluation.pairing import Match, Rules, make_pairs
from evaluation.planning.candidates import read_candidates
from evaluation.planning.drafts import seed_for
from evaluation.planning.known_pairs import known_pairs_of, shipped_pairs
from studies.models import Dialogue

MOST_PAIRS = 3
"""Enough to see how one pair leads to the next."""
_ANSWERS = {
    "role": "Sherlock Holmes",
    "description": "A detective in London who notices what others overlook.",
    "question": "How do you begin a case?",
    "one": {"name": "one", "text": "I look at the shoes, my dear fellow. Mud seldom lies."},
    "other": {"name": "other", "text": "I begin a case by collecting information about it and analysing it carefully."},
}


def preview_pairs(evaluation: Evaluation) -> list[Presentation]:
    """Return the pairs as they would be presented, unsaved, with a side order of the preview's own."""
    draw = Random(seed_for(evaluation, "preview"))
    pairs = [*_training(evaluation), *(_real(evaluation) or _made_up(evaluation))]
    return [
        Presentation(pair=pair, position=position, is_natural_first=draw.random() < 0.5, token=f"preview-{position}")
        for position, pair in enumerate(pairs)
    ]


def _training(evaluation: Evaluation) -> list[Pair]:
    known = known_pairs_of(evaluation, Pair.Role.TRAINING)[: evaluation.training_pairs]
    return [Pair(evaluation=evaluation, role=Pair.Role.TRAINING, known=dict(pair)) for pair in known]


def _real(evaluation: Evaluation) -> list[Pair]:
    if not evaluation.is_planned:
        main = evaluation.pairs.filter(role=Pair.Role.MAIN, withdrawn_at=None).order_by("pk")
        return list(main.select_related("natural__goal", "simulated")[:MOST_PAIRS])
    return _planned(evaluation) if evaluation.kind == Evaluation.Kind.DIALOGUES else []


def _planned(evaluation: Evaluation) -> list[Pair]:
    """Return pairs that opening the evaluation now would store; there is no need to plan who judges them."""
    candidates = read_candidates(evaluation)
    rules = Rules(evaluation.takes_left_dialogues, evaluation.takes_unsafe_dialogues, evaluation.crosses_chatbots)
    matches = make_pairs(candidates.natural, candidates.simulated, rules, evaluation.seed).pairs
    return list(_of_dialogues(evaluation, list(islice(matches, MOST_PAIRS))))


def _of_dialogues(evaluation: Evaluation, matches: Sequence[Match]) -> Iterable[Pair]:
    chosen = [id for match in matches for id in (match.natural.id, match.simulated.id)]
    dialogues = Dialogue.objects.select_related("goal").in_bulk(chosen)
    prefetch_related_objects(list(dialogues.values()), "turns")
    for match in matches:
        natural, simulated = dialogues.get(match.natural.id), dialogues.get(match.simulated.id)
        if natural and simulated:  # they may have been withdrawn in the meantime
            yield Pair(evaluation=evaluation, goal=natural.goal, natural=natural, simulated=simulated)


def _made_up(evaluation: Evaluation) -> list[Pair]:
    if evaluation.kind == Evaluation.Kind.ANSWERS:
        return [Pair(evaluation=evaluation, answers=_ANSWERS)]
    checks = [pair for pair in shipped_pairs(evaluation.study.language) if pair["role"] == Pair.Role.CHECK]
    return [Pair(evaluation=evaluation, known=dict(pair)) for pair in checks[:MOST_PAIRS]]
