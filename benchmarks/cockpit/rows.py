"""A made-up study of which half the dialogues are natural and all are judged. Needs Django set up."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from django.utils import timezone

from benchmarks.scale.rows import GOALS, end_cells, make_run, make_study
from benchmarks.scale.site import FAST
from collection.models import Participant, Recruitment
from evaluation.models import Assignment, Evaluation, Evaluator, Judgement, Pair, Presentation
from studies.models import Dialogue, Generation, Persona, Study, Turn

STUDY = "large"
TURNS = 5
PAIRS_EACH = 40
_PIECE = 2000
Row = TypeVar("Row")


def fill_study(dialogues: int) -> None:
    """Store an open study with this many dialogues, half of them simulated, and an evaluation that judges each pair once.

    One answer of the chatbot in a hundred failed and was tried again.
    """
    study = make_study(STUDY, dialogues)
    end_cells(make_run(study, FAST, dialogues // 2))
    Recruitment.objects.create(study=study, is_open=True, seats=dialogues)
    _collect(study, dialogues // 2)
    _judge(study)


def _collect(study: Study, dialogues: int) -> None:
    people = dialogues // GOALS
    codes = [Persona(study=study, code=f"N{number:05}", source="participant", features={}) for number in range(people)]
    personas = Persona.objects.bulk_create(codes)
    now = timezone.now()
    Participant.objects.bulk_create(
        Participant(study=study, persona=one, state="finished", consented_at=now, last_seen_at=now) for one in personas
    )
    goals = list(study.goals.all())
    chats = Dialogue.objects.bulk_create(
        Dialogue(study=study, goal=goal, persona=persona, kind="natural", ending="next_goal", ended_at=now)
        for persona in personas
        for goal in goals
    )
    for some in _pieces(chats, _PIECE):
        turns = Turn.objects.bulk_create(
            Turn(dialogue=chat, position=position, utterance="How?", response="So.")
            for chat in some
            for position in range(TURNS)
        )
        Generation.objects.bulk_create(_generations(turns))


def _generations(turns: Sequence[Turn]) -> Iterator[Generation]:
    now = timezone.now()
    for number, turn in enumerate(turns):
        if number % 100 == 0:
            failed = now - timedelta(hours=1)
            yield Generation(turn=turn, state="failed", reason="No answer.", lease_until=failed, ended_at=failed)
        yield Generation(turn=turn, attempt=1, state="complete", text="So.", lease_until=now, ended_at=now)


def _judge(study: Study) -> None:
    now = timezone.now()
    evaluation = Evaluation.objects.create(study=study, number=1, state="open", opened_at=now)
    natural = study.dialogues.filter(kind="natural")
    simulated = study.dialogues.filter(kind="simulated").order_by("pk").values_list("pk", flat=True)
    pairs = Pair.objects.bulk_create(
        Pair(evaluation=evaluation, goal_id=chat.goal_id, person="N", model="m", natural=chat, simulated_id=other)
        for chat, other in zip(natural.order_by("pk"), simulated, strict=False)
    )
    for number, some in enumerate(_pieces(pairs, PAIRS_EACH), 1):
        evaluator = Evaluator.objects.create(evaluation=evaluation, number=number, state="finished", consented_at=now)
        assignment = Assignment.objects.create(evaluation=evaluation, number=number, evaluator=evaluator)
        shown = Presentation.objects.bulk_create(
            Presentation(assignment=assignment, position=position, pair=pair, is_natural_first=True)
            for position, pair in enumerate(some)
        )
        Judgement.objects.bulk_create(
            Judgement(
                presentation=one,
                evaluator=evaluator,
                pair=one.pair,
                choice="first",
                confidence="confident",
                utterance_number=0,
                shown_at=now,
                submitted_at=now,
                showed_goal=True,
                showed_persona=True,
            )
            for one in shown
        )


def _pieces(rows: list[Row], size: int) -> Iterator[list[Row]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
