"""Whether an answer can be taken: for what it says, and for what has happened meanwhile."""

from evaluation.answers import Answer, Unanswerable, check_draft, check_whole
from evaluation.judging.refusals import ALREADY, CLOSED, UNKNOWN, Refused
from evaluation.models import Evaluation, Judgement, Pair, Showing
from evaluation.reading import PairGone, Reading, read_pair


def read_showing(showing: Showing) -> Reading:
    """What was shown. Raises Refused when its person has withdrawn."""
    try:
        return read_pair(showing.pair, showing.is_natural_first)
    except PairGone as error:
        raise Refused("unknown", UNKNOWN) from error


def check_answer(answer: Answer, reading: Reading) -> None:
    """Raises Refused when a part of the answer cannot be about this pair; parts that are missing are fine."""
    try:
        check_draft(answer, reading)
    except Unanswerable as error:
        raise Refused("unanswerable", *error.sentences) from error


def check_complete(answer: Answer, reading: Reading) -> None:
    """Raises Refused, naming all that is missing."""
    try:
        check_whole(answer, reading)
    except Unanswerable as error:
        raise Refused("incomplete", *error.sentences) from error


def why_too_late(judgement: Judgement, evaluation: Evaluation) -> Refused | None:
    """Why nothing can be said about the pair any more, if so."""
    if judgement.submitted_at and not _may_change(judgement, evaluation):
        return Refused("already_judged", ALREADY)
    return None if evaluation.state == Evaluation.State.OPEN else Refused("closed", CLOSED)


def _may_change(judgement: Judgement, evaluation: Evaluation) -> bool:
    """After practice the answer has been told."""
    return evaluation.allows_back and judgement.pair.role != Pair.Role.TRAINING
