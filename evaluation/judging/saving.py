"""What becomes of an answer: a draft that survives, or one judgement, however often it is sent."""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from evaluation.answers import Answer, answer_of
from evaluation.evaluators.reservations import finish_if_done, keep_assignment
from evaluation.judging.attention import flag_inattentive
from evaluation.judging.checking import check_answer, check_complete, read_showing, why_too_late
from evaluation.judging.clocks import LAG, Clocks, note_clocks
from evaluation.judging.refusals import UNKNOWN, Refused
from evaluation.models import Evaluation, Evaluator, Judgement, Pair, Revision, Showing

LONGEST_TRAIL = 1000
"""Nobody changes an answer so often by hand: beyond it, each change takes the last one's place, and a script fills no disk."""


def submit(showing: Showing, answer: Answer, key: str, clocks: Clocks, now: datetime) -> Judgement:
    """Store the one judgement of this showing, with the trail that led to it. The same ``key`` again changes nothing.

    Raises Refused; an answer after closing is kept as a draft. Closing waits for evaluators who hold their own row, and this
    reads whether judging is open while holding it. No evaluator waits for another.
    """
    reading = read_showing(showing)
    check_answer(answer, reading)
    with transaction.atomic():
        judgement = _judgement_of(showing, _hold(showing), clocks, now)
        if key and judgement.key == key:
            return judgement
        refusal = why_too_late(judgement, Evaluation.objects.get(pk=judgement.pair.evaluation_id))
        if refusal is None:
            check_complete(answer, reading)
            return _store(judgement, answer, key, clocks, now)
        if refusal.reason == "closed":
            _keep_draft(judgement, answer, clocks, now)
    raise refusal


def save_draft(showing: Showing, answer: Answer, clocks: Clocks, now: datetime) -> Judgement:
    """Keeps an answer that may lack parts, and adds it to the trail if it differs from the last one.

    Of what was submitted it changes nothing but the trail. Raises Refused; what comes after closing is kept all the same.
    """
    check_answer(answer, read_showing(showing))
    with transaction.atomic():
        judgement = _judgement_of(showing, _hold(showing), clocks, now)
        refusal = why_too_late(judgement, showing.pair.evaluation)
        if refusal is None or refusal.reason == "closed":
            _keep_draft(judgement, answer, clocks, now)
        if refusal is None:
            keep_assignment(judgement.evaluator, now)
            return judgement
    raise refusal


def _hold(showing: Showing) -> Evaluator:
    """The evaluator's row, until the transaction ends: so two tabs make one judgement. Raises Refused if the list changed."""
    evaluator = Evaluator.objects.select_for_update(of=("self",)).filter(assignments=showing.assignment_id).first()
    theirs = Showing.objects.filter(pk=showing.pk, assignment__evaluator=evaluator, pair__withdrawn_at=None)
    if evaluator is None or not theirs.exists():
        raise Refused("unknown", UNKNOWN)
    return evaluator


def _judgement_of(showing: Showing, evaluator: Evaluator, clocks: Clocks, now: datetime) -> Judgement:
    """What the evaluator has said about the pair so far, or a new judgement, unsaved."""
    found = Judgement.objects.filter(showing=showing).first()
    if found is not None:
        return found
    evaluation = showing.pair.evaluation
    return Judgement(
        showing=showing,
        evaluator=evaluator,
        pair=showing.pair,
        shown_at=_shown_at(evaluator, clocks, now),
        showed_goal=evaluation.shows_goal,
        showed_persona=evaluation.shows_persona,
    )


def _shown_at(evaluator: Evaluator, clocks: Clocks, now: datetime) -> datetime:
    """By the server's clock. A GET writes nothing, so the first word about the page says how long ago it was shown."""
    return max(now - timedelta(seconds=clocks.elapsed or 0.0), min(evaluator.consented_at, now))


def _store(judgement: Judgement, answer: Answer, key: str, clocks: Clocks, now: datetime) -> Judgement:
    _take(judgement, answer)
    _note(judgement, clocks, now)
    judgement.key, judgement.submitted_at = key, now
    judgement.submit_seconds = clocks.within(_limit(judgement, now)).elapsed
    judgement.save()
    _add_revision(judgement, answer, now, is_submitted=True)
    if judgement.pair.role == Pair.Role.CHECK:
        flag_inattentive(judgement.evaluator)
    keep_assignment(judgement.evaluator, now)
    finish_if_done(judgement.evaluator, now)
    return judgement


def _keep_draft(judgement: Judgement, answer: Answer, clocks: Clocks, now: datetime) -> None:
    if not judgement.submitted_at:
        _take(judgement, answer)
        _note(judgement, clocks, now)
        judgement.save()
    _add_revision(judgement, answer, now)


def _take(judgement: Judgement, answer: Answer) -> None:
    for field, value in asdict(answer).items():
        setattr(judgement, field, value)


def _note(judgement: Judgement, clocks: Clocks, now: datetime) -> None:
    note_clocks(judgement, clocks.within(_limit(judgement, now)))


def _limit(judgement: Judgement, now: datetime) -> float:
    """Seconds that can have passed since the pair was shown."""
    return (now - judgement.shown_at).total_seconds() + LAG


def _add_revision(judgement: Judgement, answer: Answer, now: datetime, *, is_submitted: bool = False) -> None:
    """A draft that says the same as the last one, or nothing at all, is no change."""
    last = judgement.revisions.last()
    if not is_submitted and answer == (answer_of(last) if last else Answer()):
        return
    if last and last.number >= LONGEST_TRAIL:
        _replace(last, answer, now, is_submitted=is_submitted)
        return
    judgement.revisions.create(
        number=last.number + 1 if last else 1,
        is_submitted=is_submitted,
        active_seconds=judgement.active_seconds,
        made_at=now,
        **asdict(answer),
    )


def _replace(last: Revision, answer: Answer, now: datetime, *, is_submitted: bool) -> None:
    """A draft takes no submission's place."""
    if is_submitted or not last.is_submitted:
        changed = {"is_submitted": is_submitted, "active_seconds": last.judgement.active_seconds, "made_at": now}
        Revision.objects.filter(pk=last.pk).update(**changed, **asdict(answer))
