"""One score: what the judge is asked about a turn, and what it found."""

from datetime import datetime
from hashlib import sha256

from characters.judge_answers import with_rejected
from characters.models import TurnScore
from characters.turn_judging.queue import TURN_SCORES
from characters.turn_judging.turns import text_of
from jobs.workers import Hopeless
from rolellm.turn_judging.questions import TurnQuestion, digest
from rolellm.turn_judging.scores import Scores
from studies.models import Turn
from studies.recorded_roles import recorded_role
from studies.storable_text import storable


def read_question(score: TurnScore) -> TurnQuestion:
    """Return what the judge is asked. Raises Hopeless if that is no longer what was requested."""
    told, dialogue = score.judging.configuration, score.dialogue
    if told["prompt"] != digest():
        raise Hopeless("The judge's prompt has changed since this judging began. Start the judging again.")
    role = str(recorded_role(getattr(dialogue, score.speaker))["name"])
    described = told["descriptions"][role]
    turn = dialogue.turns.get(position=score.position)
    return TurnQuestion(
        "zh" if described["language"] == "zh" else "en",
        role,
        described["description"],
        dialogue.goal.text,
        _before(turn, score.speaker),
        text_of(turn, score.speaker),
    )


def seed_of(score: TurnScore) -> int:
    """Return the sampler's seed (32 bits) for the next try, a hash of all that identifies it."""
    key = (score.dialogue.token, score.speaker, score.position, len(score.rejected))
    return int.from_bytes(sha256("\x1f".join(map(str, key)).encode()).digest()[:4])


def finish_score(score: TurnScore, scores: Scores, worker: str, now: datetime) -> None:
    """Store the scores; the last ones finish the judging. Raises LeaseLost."""
    found = {"style": scores.style, "knowledge": scores.knowledge, "reason": storable(scores.reason)}
    TURN_SCORES.finish(score, worker, now, **found)


def finish_without_score(score: TurnScore, problem: str, worker: str, now: datetime) -> None:
    """Store that no output could be read, and the ``problem`` of the last one. Raises LeaseLost."""
    TURN_SCORES.finish(score, worker, now, rejected=with_rejected(score, problem))


def _before(turn: Turn, speaker: str) -> str:
    """Return what the other speaker said immediately before, if anything."""
    if speaker == "responder":
        return turn.utterance
    earlier = Turn.objects.filter(dialogue=turn.dialogue_id, position__lt=turn.position).order_by("-position")
    return next(iter(earlier.values_list("response", flat=True)[:1]), "")
