"""One ranking: what the judge is asked, and what it found."""

from datetime import datetime
from hashlib import sha256

from characters.benchmarks.languages import language_of
from characters.judge_answers import with_rejected
from characters.judging.queue import RANKINGS
from characters.models import Answer, Ranking
from jobs.workers import Hopeless
from rolellm.judging.questions import NAMES, Question, digest
from rolellm.judging.verdicts import Verdict
from studies.storable_text import storable


def read_question(ranking: Ranking) -> Question:
    """Return what the judge is asked. Raises Hopeless if that is no longer what was requested."""
    told, row = ranking.judging.configuration, ranking.row
    if told["prompt"] != digest():
        raise Hopeless("The judge's prompt has changed since this judging began. Start the judging again.")
    texts = dict(
        Answer.objects.filter(row=row, answer_set__in=[ranking.first, ranking.second], sample=0).values_list(
            "answer_set", "text"
        )
    )
    if len(texts) < len(NAMES):
        raise Hopeless(f"An answer to {str(row)!r} was deleted since this judging began. Start the judging again.")
    return Question(
        language_of(ranking.judging.benchmark),
        row.role,
        told["descriptions"][row.role],
        row.question,
        (texts[ranking.first_id], texts[ranking.second_id]),
        tuple(row.references) if row.part == "role_specific" else (),
    )


def seed_of(ranking: Ranking) -> int:
    """Return the sampler's seed (32 bits) for the next try, a hash of all that identifies it."""
    seed = ranking.judging.configuration["seed"]
    key = (seed, ranking.row.position, ranking.first.name, ranking.second.name, len(ranking.rejected))
    return int.from_bytes(sha256("\x1f".join(map(str, key)).encode()).digest()[:4])


def finish_ranking(ranking: Ranking, verdict: Verdict, worker: str, now: datetime) -> None:
    """Store the verdict; the last ranking finishes the judging. Raises LeaseLost."""
    reasons = [storable(reason) for reason in verdict.reasons]
    RANKINGS.finish(ranking, worker, now, preference=verdict.preference, reasons=reasons)


def finish_without_verdict(ranking: Ranking, problem: str, worker: str, now: datetime) -> None:
    """Store that no output could be read, and the ``problem`` of the last one. Raises LeaseLost."""
    RANKINGS.finish(ranking, worker, now, preference="none", rejected=with_rejected(ranking, problem))
