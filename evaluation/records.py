"""An evaluation as JSON lines: settings, pairs, assignments, evaluators, and all answers with revisions and times."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet
from django.utils import timezone

from evaluation.answers import answer_of, artificial_side
from evaluation.models import (
    Assignment,
    Evaluation,
    Evaluator,
    Judgement,
    JudgeRun,
    ModelJudgement,
    Pair,
    Presentation,
    Revision,
)
from evaluation.models.answers import AnswerFields
from evaluation.own_answers_export import OwnAnswersToExport
from studies.files.exports import counted
from studies.files.person_answers import AnswersToExport
from studies.models import Dialogue, Exclusion
from studies.recorded_roles import named_roles

SETTINGS = (
    "number",
    "title",
    "state",
    "is_rehearsed",
    "seed",
    "takes_left_dialogues",
    "takes_unsafe_dialogues",
    "crosses_chatbots",
    "hides_unanswered",
    "pairs_per_evaluator",
    "judges_per_pair",
    "training_pairs",
    "attention_checks",
    "shows_goal",
    "shows_persona",
    "allows_back",
    "own_questions",
    "instruction",
    "consent",
    "consent_version",
    "reserved_minutes",
    "created_at",
    "opened_at",
    "closed_at",
)
"""The settings that affected assignments and presentation. Links, codes and external IDs are left out: they lead to people."""

_SIDES = ("natural", "simulated")
Line = dict[str, Any]
M = TypeVar("M", bound=Model)


def write_records(evaluation: Evaluation, answers: AnswersToExport) -> Iterator[str]:
    """Yield a line for the evaluation, then one for each pair, assignment, evaluator, judgement, judge run and model judgement.

    In a study that asks questions beside its persona form, pairs have the person's ``answers`` (``survey``).

    ``record`` names the kind of line; its values are part of the file format, as are all keys. All judgements are included:
    drafts, training pairs, attention checks, and those about people who have withdrawn, marked. Raises Incomplete if the number
    of lines is not that of the rows at the start.
    """
    own = OwnAnswersToExport.of([evaluation], takes_texts=answers.takes_texts)
    parts = (
        record_lines("pair", _pairs(evaluation, answers), partial(_pair, answers=answers)),
        record_lines("list", assignments_of(evaluation), assignment_record),
        record_lines("evaluator", evaluation.evaluators.order_by("pk"), evaluator_record),
        record_lines("judgement", judgements_of(evaluation), partial(_judgement, own=own)),
        record_lines("sitting", evaluation.judge_runs.order_by("pk"), _judge_run),
        record_lines("verdict", _model_judgements(evaluation, timezone.now()), _model_judgement),
    )
    yield record_line("evaluation", _settings(evaluation))
    yield from chain.from_iterable(parts)


def record_lines(record: str, rows: QuerySet[M], write: Callable[[M], Line]) -> Iterator[str]:
    """Return the lines of the rows that exist now; later rows are not included."""
    newest = rows.values_list("pk", flat=True).last()
    known = rows.filter(pk__lte=newest or 0)
    expected = known.count()
    return counted((record_line(record, write(row)) for row in known.iterator(chunk_size=500)), expected, f"{record}s")


def record_line(record: str, values: Line) -> str:
    return json.dumps({"record": record} | values, ensure_ascii=False, default=lambda time: time.isoformat()) + "\n"


def _pairs(evaluation: Evaluation, answers: AnswersToExport) -> QuerySet[Pair]:
    excluded = (Prefetch(f"{side}__exclusions", Exclusion.objects.filter(removed_at=None)) for side in _SIDES)
    told = ["natural__persona__survey_answers"] if answers.surveys else []
    return evaluation.pairs.select_related("goal", *_SIDES).prefetch_related(*excluded, *told).order_by("pk")


def assignments_of(evaluation: Evaluation) -> QuerySet[Assignment]:
    presentations = Prefetch("presentations", Presentation.objects.select_related("pair").order_by("position"))
    return evaluation.assignments.select_related("evaluator").prefetch_related(presentations).order_by("pk")


def judgements_of(evaluation: Evaluation) -> QuerySet[Judgement]:
    revisions = Prefetch("revisions", Revision.objects.order_by("number"))
    answers = Judgement.objects.filter(pair__evaluation=evaluation).prefetch_related(revisions)
    return answers.select_related("evaluator", "pair", "presentation").order_by("pk")


def _model_judgements(evaluation: Evaluation, now: datetime) -> QuerySet[ModelJudgement]:
    """Select the model judgements finished by ``now``; their rows exist before the model answers."""
    judgements = ModelJudgement.objects.filter(judge_run__evaluation=evaluation, finished_at__lte=now)
    return judgements.select_related("judge_run", "pair").order_by("pk")


def _settings(evaluation: Evaluation) -> Line:
    runs = evaluation.runs.order_by("pk").values("token", "inquirer", "responder")
    return {"study": evaluation.study.slug} | values_of(evaluation, SETTINGS) | {"runs": list(runs)}


def _pair(pair: Pair, answers: AnswersToExport) -> Line:
    survey = {"survey": answers.survey(pair.natural)} if answers.surveys else {}
    return {
        "pair": pair.token,
        "role": pair.role,
        "goal": pair.goal.number if pair.goal else None,
        "domain": pair.goal.domain if pair.goal else "",
        "person": pair.person,
        "model": pair.model,
        "elicitation": pair.elicitation,
        "condition": pair.condition,
        "natural": pair.natural.token if pair.natural else None,
        "simulated": pair.simulated.token if pair.simulated else None,
        **(named_roles(pair.simulated) if pair.simulated else {}),
        "known": pair.known,
        "withdrawn_at": pair.withdrawn_at,
        "excluded": {side: reason for side in _SIDES if (reason := _exclusion(getattr(pair, side)))},
        **survey,
    }


def _exclusion(dialogue: Dialogue | None) -> str:
    """Return why researchers excluded the dialogue; empty if they did not. Only exclusions in force have been read."""
    return dialogue.exclusions.all()[0].reason if dialogue and dialogue.exclusions.all() else ""


def assignment_record(assignment: Assignment) -> Line:
    evaluator = assignment.evaluator
    return {
        "number": assignment.number,
        "evaluator": evaluator.code if evaluator else None,
        "pairs": [
            {"pair": presentation.pair.token, "is_natural_first": presentation.is_natural_first}
            for presentation in assignment.presentations.all()
        ],
    }


def evaluator_record(evaluator: Evaluator) -> Line:
    times = ("consented_at", "consent_version", "last_seen_at", "ended_at")
    return {"evaluator": evaluator.code} | values_of(evaluator, ("state", "flag", *times))


def _judgement(one: Judgement, own: OwnAnswersToExport) -> Line:
    side = artificial_side(one.presentation)
    return {
        "evaluator": one.evaluator.code,
        "pair": one.pair.token,
        "role": one.pair.role,
        "is_withdrawn": one.pair.withdrawn_at is not None,
        "is_submitted": one.submitted_at is not None,
        "artificial_side": side,
        "is_detected": one.choice == side if one.choice else None,
        **_answer(one, own),
        **values_of(one, ("shown_at", "submitted_at", *Judgement.MEASURES, "showed_goal", "showed_persona")),
        "revisions": [_revision(revision, own) for revision in one.revisions.all()],
    }


def _revision(revision: Revision, own: OwnAnswersToExport) -> Line:
    return values_of(revision, ("number", "made_at", "is_submitted", "active_seconds")) | _answer(revision, own)


def _answer(row: AnswerFields, own: OwnAnswersToExport) -> Line:
    return asdict(answer_of(row)) | {"own_answers": own.kept(row.own_answers)}


def _judge_run(judge_run: JudgeRun) -> Line:
    return {"sitting": judge_run.token} | values_of(judge_run, ("model", "state", "configuration", "created_at"))


def _model_judgement(one: ModelJudgement) -> Line:
    asked = asdict(answer_of(one))
    del asked["own_answers"]  # models answer only the paper's questions
    return {
        "model": one.judge_run.model,
        "sitting": one.judge_run.token,
        "pair": one.pair.token,
        **asked,
        **values_of(one, ("is_natural_first", "outputs", "problem", "finished_at")),
    }


def values_of(row: Model, names: tuple[str, ...]) -> Line:
    return {name: getattr(row, name) for name in names}
