"""The rows that the benchmark creates in the site's database, and the checks of stored rows. Needs Django set up."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from benchmarks.judging.site import TURNS, texts
from dialogue import goals, personas
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.models import Evaluation, Evaluator, Judgement, Pair, Presentation
from studies.models import Dialogue, Persona, Study, Turn
from studies.services import paper_questionnaire

_Texts = Iterator[str]


class Lost(Exception):
    """An answer was not stored, or was stored twice."""


@transaction.atomic
def make_evaluation(evaluators: int, pairs: int, *, is_free: bool = False) -> Evaluation:
    """Give each evaluator a separate assignment of pairs of the longest dialogues, or leave these assignments free."""
    study = Study.objects.create(
        slug="judged", title="The longest dialogues", chatbot="none", questionnaire=paper_questionnaire()
    )
    goal, persona = goals.load_listed()[0], personas.load_listed()[0]
    study.goals.create(number=goal.number, domain=goal.domain, text=goal.text)
    listed = Persona.Source.LISTED
    study.personas.create(code=persona.code, source=listed, features=dict(persona.features))
    now = timezone.now()
    evaluation = Evaluation.objects.create(study=study, number=1, state=Evaluation.State.OPEN, opened_at=now)
    written = texts(73)
    for number in range(1, evaluators + 1):
        assignment = evaluation.assignments.create(number=number)
        if not is_free:
            judging = {"state": Evaluator.State.JUDGING, "consented_at": now}
            assignment.evaluator = evaluation.evaluators.create(number=number, **judging)
            assignment.save()
        for position in range(pairs):
            pair = _make_pair(evaluation, f"{number}-{position}", written)
            Presentation.objects.create(
                assignment=assignment, position=position, pair=pair, is_natural_first=position % 2 == 0
            )
    return evaluation


def _make_pair(evaluation: Evaluation, name: str, written: _Texts) -> Pair:
    kinds = (Dialogue.Kind.NATURAL, Dialogue.Kind.SIMULATED)
    natural, simulated = (_make_dialogue(evaluation.study, kind, written) for kind in kinds)
    return evaluation.pairs.create(model=name, person=name, natural=natural, simulated=simulated)


def _make_dialogue(study: Study, kind: str, written: _Texts) -> Dialogue:
    dialogue = Dialogue.objects.create(
        study=study,
        goal=study.goals.get(),
        persona=study.personas.get(),
        persona_sentence="a person",
        kind=kind,
        seed=73,
        imported_from="the benchmark",
    )
    Turn.objects.bulk_create(
        Turn(
            dialogue=dialogue, position=position, key=f"key-{position}", utterance=next(written), response=next(written)
        )
        for position in range(TURNS)
    )
    return dialogue


def cookies(evaluation: Evaluation) -> list[str]:
    """Return the cookie header of each evaluator's browser."""
    return [_cookie(evaluator) for evaluator in evaluation.evaluators.all()]


def _cookie(evaluator: Evaluator) -> str:
    tokens = JudgingEnrolment.tokens
    return f"{tokens.cookie}={tokens.sign_cookie(evaluator.token)}"


def door(evaluation: Evaluation) -> str:
    """Return the address at which judging begins."""
    return JudgingEnrolment(evaluation).address("pairs")


def check_stored(evaluation: Evaluation, expected: int) -> None:
    """Check that ``expected`` judgements are stored, once each. Raises Lost."""
    stored = Judgement.objects.counted().filter(pair__evaluation=evaluation)
    trail = sum(judgement.revisions.filter(is_submitted=True).count() for judgement in stored)
    if (stored.count(), trail) != (expected, expected):
        raise Lost(f"{expected} answers were sent, but {stored.count()} judgements and {trail} submissions are stored.")
