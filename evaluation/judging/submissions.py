"""Storing answers: drafts, and exactly one judgement for each pair, even if it is sent repeatedly."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from evaluation.answers import Unanswerable
from evaluation.evaluators.reservations import finish_if_done, keep_assignment
from evaluation.flags import flag_inattentive
from evaluation.judging.clocks import LAG, Clocks, note_clocks
from evaluation.judging.refusals import ALREADY, CLOSED, UNKNOWN, Reason, Refused
from evaluation.kinds.registry import kind_of
from evaluation.models import Evaluation, Evaluator, Judgement, Pair, Presentation, Revision
from evaluation.reading import PairGone

GivenAnswer = Any
"""An answer of the pair's kind, with the names of ``AnswerFields``."""
MOST_REVISIONS = 1000
"""More than any person makes. Each further change replaces the last revision, so that a script cannot fill the disk."""


def submit(presentation: Presentation, answer: GivenAnswer, key: str, clocks: Clocks, now: datetime) -> Judgement:
    """Store the one judgement of this presentation, with its revisions. The same ``key`` again changes nothing.

    Raises Refused; an answer after closing is kept as a draft. Closing waits for evaluators who hold their own row, and this
    reads whether judging is open while holding it. No evaluator waits for another.
    """
    kind = kind_of(presentation.pair.evaluation)
    reading = _read(presentation)
    _check(kind.check_draft, answer, reading, "unanswerable")
    with transaction.atomic():
        judgement = _judgement_of(presentation, _hold(presentation), clocks, now)
        if key and judgement.key == key:
            return judgement
        refusal = _why_too_late(judgement, Evaluation.objects.get(pk=judgement.pair.evaluation_id))
        if refusal is None:
            _check(kind.check_whole, answer, reading, "incomplete")
            return _store(judgement, answer, key, clocks, now)
        if refusal.reason == "closed":
            _keep_draft(judgement, answer, clocks, now)
    raise refusal


def save_draft(presentation: Presentation, answer: GivenAnswer, clocks: Clocks, now: datetime) -> Judgement:
    """Store an answer that may be incomplete, with a revision if it differs from the last one.

    A submitted judgement only gets the revision. Raises Refused; a draft after closing is stored nevertheless.
    """
    _check(kind_of(presentation.pair.evaluation).check_draft, answer, _read(presentation), "unanswerable")
    with transaction.atomic():
        judgement = _judgement_of(presentation, _hold(presentation), clocks, now)
        refusal = _why_too_late(judgement, presentation.pair.evaluation)
        if refusal is None or refusal.reason == "closed":
            _keep_draft(judgement, answer, clocks, now)
        if refusal is None:
            keep_assignment(judgement.evaluator, now)
            return judgement
    raise refusal


def _hold(presentation: Presentation) -> Evaluator:
    """Lock and return the evaluator, so that two tabs make one judgement. Raises Refused if the assignment has changed."""
    holders = Evaluator.objects.select_for_update(of=("self",)).filter(assignments=presentation.assignment_id)
    evaluator = holders.order_by("pk").first()  # only one: the default order would only take time
    theirs = Presentation.objects.filter(pk=presentation.pk, assignment__evaluator=evaluator, pair__withdrawn_at=None)
    if evaluator is None or not theirs.exists():
        raise Refused("unknown", gettext(UNKNOWN))
    return evaluator


def _judgement_of(presentation: Presentation, evaluator: Evaluator, clocks: Clocks, now: datetime) -> Judgement:
    """Return the evaluator's judgement or draft of the pair, or a new one, unsaved."""
    found = Judgement.objects.filter(presentation=presentation).first()
    if found is not None:
        return found
    evaluation = presentation.pair.evaluation
    return Judgement(
        presentation=presentation,
        evaluator=evaluator,
        pair=presentation.pair,
        shown_at=_shown_at(evaluator, clocks, now),
        showed_goal=evaluation.shows_goal,
        showed_persona=evaluation.shows_persona,
    )


def _shown_at(evaluator: Evaluator, clocks: Clocks, now: datetime) -> datetime:
    """Return the server's time at which the page was shown. A GET writes nothing, so the first message says how long ago."""
    return max(now - timedelta(seconds=clocks.elapsed or 0.0), min(evaluator.consented_at, now))


def _store(judgement: Judgement, answer: GivenAnswer, key: str, clocks: Clocks, now: datetime) -> Judgement:
    _set_answer(judgement, kind_of(judgement.pair.evaluation).counted(answer))
    _set_clocks(judgement, clocks, now)
    judgement.key, judgement.submitted_at = key, now
    judgement.submit_seconds = clocks.within(_limit(judgement, now)).elapsed
    judgement.save()
    _add_revision(judgement, answer, now, is_submitted=True)
    if judgement.pair.role == Pair.Role.CHECK:
        flag_inattentive(judgement.evaluator)
    keep_assignment(judgement.evaluator, now)
    finish_if_done(judgement.evaluator, now)
    return judgement


def _keep_draft(judgement: Judgement, answer: GivenAnswer, clocks: Clocks, now: datetime) -> None:
    if not judgement.submitted_at:
        _set_answer(judgement, answer)
        _set_clocks(judgement, clocks, now)
        judgement.save()
    _add_revision(judgement, answer, now)


def _set_answer(judgement: Judgement, answer: GivenAnswer) -> None:
    for field, value in asdict(answer).items():
        setattr(judgement, field, value)


def _set_clocks(judgement: Judgement, clocks: Clocks, now: datetime) -> None:
    note_clocks(judgement, clocks.within(_limit(judgement, now)))


def _limit(judgement: Judgement, now: datetime) -> float:
    """Return the largest possible number of seconds since the pair was shown."""
    return (now - judgement.shown_at).total_seconds() + LAG


def _add_revision(judgement: Judgement, answer: GivenAnswer, now: datetime, *, is_submitted: bool = False) -> None:
    """Add a revision, unless it is a draft that is empty or the same as the last one."""
    last = judgement.revisions.last()
    if not is_submitted and answer == kind_of(judgement.pair.evaluation).answer_of(last):
        return
    if last and last.number >= MOST_REVISIONS:
        _replace(last, answer, now, is_submitted=is_submitted)
        return
    judgement.revisions.create(
        number=last.number + 1 if last else 1,
        is_submitted=is_submitted,
        active_seconds=judgement.active_seconds,
        made_at=now,
        **asdict(answer),
    )


def _replace(last: Revision, answer: GivenAnswer, now: datetime, *, is_submitted: bool) -> None:
    """Replace the last revision; a draft does not replace a submission."""
    if is_submitted or not last.is_submitted:
        changed = {"is_submitted": is_submitted, "active_seconds": last.judgement.active_seconds, "made_at": now}
        Revision.objects.filter(pk=last.pk).update(**changed, **asdict(answer))


def _read(presentation: Presentation) -> Any:
    """Return the presented pair. Raises Refused if its participant has withdrawn."""
    pair = presentation.pair
    try:
        return kind_of(pair.evaluation).read_pair(pair, presentation.is_natural_first)
    except PairGone as error:
        raise Refused("unknown", gettext(UNKNOWN)) from error


def _check(check: Callable[[Any, Any], None], answer: GivenAnswer, reading: Any, reason: Reason) -> None:
    """Raise Refused for this reason, with the sentences of the check, if the answer does not pass it."""
    try:
        check(answer, reading)
    except Unanswerable as error:
        raise Refused(reason, *error.sentences) from error


def _why_too_late(judgement: Judgement, evaluation: Evaluation) -> Refused | None:
    """Return why the judgement can no longer change; None if it can. Feedback has revealed the answer of training pairs."""
    may_change = evaluation.allows_back and judgement.pair.role != Pair.Role.TRAINING
    if judgement.submitted_at and not may_change:
        return Refused("already_judged", gettext(ALREADY))
    return None if evaluation.is_open else Refused("closed", gettext(CLOSED))
