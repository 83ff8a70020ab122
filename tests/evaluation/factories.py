"""Rows of evaluations, made without the planner: pairs, assignments, evaluators and their answers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from characters.models import Benchmark
from collection.models import Participant
from evaluation.models import (
    AnswerPlan,
    Assignment,
    Choice,
    Confidence,
    Evaluation,
    EvaluationOutcome,
    Evaluator,
    Judgement,
    Pair,
    Presentation,
)
from simulation.models import Run, Simulation
from studies.models import Dialogue, Study
from tests.collection.factories import make_natural_dialogues, make_open_study, make_participant
from tests.factories import make_dialogues, make_run

MODELS = ("mixtral", "gpt-4")
ENDING = {"completion": "text", "completion_code": "code", "redirect_url": "redirect_url"}
"""What tests say about how evaluators leave who have judged everything, and the fields that hold it."""
KNOWN = {
    "goal": "You want to know how fast you can run.",
    "persona": "a person",
    "natural": [["How fast did I run 50 meters in 8 seconds?", "At 6.25 m/s."]],
    "simulated": [["As an AI language model playing a person, I ask: how fast did I run?", "At 6.25 m/s."]],
    "feedback": "Nobody calls themselves an AI language model.",
}


def make_judged_study(
    slug: str = "demo", *, people: int = 2, goals: int = 2, models: tuple[str, ...] = MODELS, turns: int = 2
) -> Study:
    """A study whose people have finished, with a finished run of each model over the same personas and goals."""
    study = make_open_study(slug, goal_count=goals)
    for _ in range(people):
        participant = make_participant(study, state=Participant.State.FINISHED)
        make_natural_dialogues(participant, study.goals.all(), turns=turns, ending="next_goal")
    for model in models:
        make_run(study, inquirer=model, state=Run.State.FINISHED)
    cells = Simulation.objects.filter(run__study=study).select_related("run", "goal", "persona").order_by("pk")
    make_dialogues(list(cells), turns=turns)
    return study


def make_evaluation(study: Study | None = None, **fields: Any) -> Evaluation:
    """An evaluation of all runs of the study, open and with its pairs and assignments unless it is ``planned``.

    Assignment e holds, of the d-th natural dialogue, the pair with the model number (d + e): no evaluator gets two of one.
    """
    study = study or make_judged_study()
    ending = {name: fields.pop(given) for given, name in ENDING.items() if given in fields}
    number = study.evaluations.count() + 1
    evaluation = Evaluation.objects.create(
        study=study, number=number, **{"state": Evaluation.State.OPEN, "opened_at": timezone.now()} | fields
    )
    evaluation.runs.add(*study.runs.all())
    if ending:
        evaluation.outcomes.create(kind=EvaluationOutcome.Kind.COMPLETED, **ending)
    if not evaluation.is_planned:
        _make_assignments(evaluation, _make_pairs(evaluation))
    return evaluation


def make_known_pair(evaluation: Evaluation, role: str = Pair.Role.CHECK, **known: Any) -> Pair:
    """A pair for training or as an attention check; in no assignment yet."""
    return Pair.objects.create(evaluation=evaluation, role=role, known=KNOWN | known)


def make_evaluator(evaluation: Evaluation | None = None, *, seen_minutes_ago: float = 0, **fields: Any) -> Evaluator:
    """An evaluator with the first free assignment, unless ``fields`` say otherwise."""
    evaluation, now = evaluation or make_evaluation(), timezone.now()
    values: dict[str, Any] = {
        "number": evaluation.evaluators.count() + 1,
        "state": Evaluator.State.JUDGING,
        "consented_at": now - timedelta(minutes=seen_minutes_ago + 5),
        "consent_version": evaluation.consent_version,
        "last_seen_at": now - timedelta(minutes=seen_minutes_ago),
    }
    evaluator = Evaluator.objects.create(evaluation=evaluation, **values | fields)
    free = evaluation.assignments.filter(evaluator=None).first()
    if free is not None and evaluator.state != Evaluator.State.ENROLLED:
        free.evaluator = evaluator
        free.reserved_until = now + timedelta(minutes=evaluation.reserved_minutes - seen_minutes_ago)
        free.save()
    return evaluator


def make_judgement(presentation: Presentation, *, detected: bool | None = True, **fields: Any) -> Judgement:
    """A submitted judgement that chose the simulated side, the natural one, or (None) neither; half a minute's work."""
    evaluator, now = presentation.assignment.evaluator, timezone.now()
    assert evaluator is not None
    values: dict[str, Any] = {
        "choice": _choice(presentation, detected),
        "confidence": Confidence.CONFIDENT,
        "utterance_number": 1,
        "shown_at": now - timedelta(seconds=40),
        "submitted_at": now,
        "active_seconds": 30.0,
        "hidden_seconds": 6.0,
        "idle_seconds": 4.0,
        "first_interaction_seconds": 2.0,
        "decision_seconds": 25.0,
        "submit_seconds": 40.0,
        "scrolled_first": 1.0,
        "scrolled_second": 0.5,
        "showed_goal": evaluator.evaluation.shows_goal,
        "showed_persona": evaluator.evaluation.shows_persona,
    }
    return Judgement.objects.create(
        presentation=presentation, evaluator=evaluator, pair=presentation.pair, **values | fields
    )


def presentations_of(evaluator: Evaluator) -> list[Presentation]:
    """What the evaluator is to judge, in order."""
    return list(Presentation.objects.filter(assignment__evaluator=evaluator).order_by("assignment__number", "position"))


def _choice(presentation: Presentation, detected: bool | None) -> Choice:
    if detected is None:
        return Choice.NOT_SURE
    return Choice.FIRST if detected != presentation.is_natural_first else Choice.SECOND


def _make_pairs(evaluation: Evaluation) -> list[list[Pair]]:
    """A row for each natural dialogue, a pair in it for each run."""
    found = Dialogue.objects.filter(study=evaluation.study).select_related("persona", "goal", "simulation")
    dialogues, runs = list(found.order_by("pk")), list(evaluation.runs.order_by("pk"))
    simulated = {
        (one.simulation.run_id, one.persona, one.goal): one for one in dialogues if one.kind == Dialogue.Kind.SIMULATED
    }
    rows = [
        [_pair(evaluation, one, run, simulated[run.pk, one.persona, one.goal]) for run in runs]
        for one in dialogues
        if one.kind == Dialogue.Kind.NATURAL
    ]
    Pair.objects.bulk_create(pair for row in rows for pair in row)
    return rows


def _pair(evaluation: Evaluation, natural: Dialogue, run: Run, simulated: Dialogue) -> Pair:
    return Pair(
        evaluation=evaluation,
        goal=natural.goal,
        person=natural.persona.code,
        model=run.inquirer,
        natural=natural,
        simulated=simulated,
    )


def _make_assignments(evaluation: Evaluation, rows: list[list[Pair]]) -> None:
    numbers = range(len(rows[0]) if rows else 0)
    assignments = Assignment.objects.bulk_create(
        Assignment(evaluation=evaluation, number=number + 1) for number in numbers
    )
    Presentation.objects.bulk_create(
        Presentation(
            assignment=assignment,
            position=position,
            pair=row[(position + number) % len(row)],
            is_natural_first=position % 2 == 0,
        )
        for number, assignment in enumerate(assignments)
        for position, row in enumerate(rows)
    )


def make_answer_evaluation(
    benchmark: Benchmark,
    sets: Sequence[str],
    baseline: str = "",
    *,
    answer_plan: dict[str, Any] | None = None,
    **fields: Any,
) -> Evaluation:
    """A planned evaluation of these answer sets, by name; ``answer_plan`` has the fields of its plan."""
    number = benchmark.evaluations.count() + 1
    evaluation = Evaluation.objects.create(benchmark=benchmark, number=number, **fields)
    chosen = benchmark.answer_sets.filter(name=baseline).first()
    plan = AnswerPlan.objects.create(
        evaluation=evaluation, baseline=chosen, **{"split": "instruction"} | (answer_plan or {})
    )
    plan.answer_sets.set(benchmark.answer_sets.filter(name__in=sets))
    return evaluation
