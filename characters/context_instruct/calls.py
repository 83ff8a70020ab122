"""The calls of a job: what each asks, and what is stored of its answer. Calls are added until enough triplets are there."""

import hashlib
from datetime import datetime

from django.db import transaction

from characters.asking import charge
from characters.context_instruct.answers import Attempt, Outcome, attempts_of, origin_of
from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.stored_selection import select_stored
from characters.models import ContextInstruct, InstructCall, Triplet
from dialogue.backends.base import Reply
from dialogue.messages import Message
from jobs.rows import insert_rows
from rolellm.context_instruct import TRIES, Subject, ask, top_up
from rolellm.elicitation import Character


def messages_of(call: InstructCall) -> list[Message]:
    """Return what the call asks the model."""
    return ask(subject_of(call.job), origin_of(call), call.script)


def subject_of(job: ContextInstruct) -> Subject:
    """Return the character as it was when the job was requested."""
    told = job.configuration["subject"]
    return Subject(Character(**told["character"]), told["script_name"])


def seed_of(call: InstructCall) -> int:
    """Return the sampler's seed (32 bits) for the call's next try, a hash of what decides it."""
    job = call.job
    parts = (job.configuration["seed"], subject_of(job).character.name, call.position, len(call.rejected))
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:4])


@transaction.atomic
def store_reply(call: InstructCall, reply: Reply, worker: str, now: datetime) -> None:
    """Store the reply. The call is finished if its format can be read, or if this was the last try. Raises LeaseLost."""
    attempt = Attempt.of(reply, origin_of(call))
    if attempt.is_in_format or len(call.rejected) + 1 >= TRIES:
        _finish(call, Outcome((*attempts_of(call), attempt)), worker, now)
    else:
        INSTRUCT_CALLS.store(call, worker, rejected=[*call.rejected, attempt.record])
    charge(call.job, reply)


@transaction.atomic
def store_refusal(call: InstructCall, sentence: str, worker: str, now: datetime) -> None:
    """Finish a call that the model cannot or may not answer; the sentence says why. Raises LeaseLost."""
    _finish(call, Outcome(attempts_of(call), sentence), worker, now)


def _finish(call: InstructCall, outcome: Outcome, worker: str, now: datetime) -> None:
    """Store the outcome. After the last call either more calls are added or the triplets are selected, under the job's lock:
    whatever is killed, a call is neither lost nor added twice."""
    INSTRUCT_CALLS.hold(call, worker)
    job = INSTRUCT_CALLS.lock(call.job)
    insert_rows(outcome.rows(call))
    INSTRUCT_CALLS.end_held(call, now, **outcome.fields)
    if not INSTRUCT_CALLS.has_open(job):
        if not _add_calls(job):
            select_stored(job)
        INSTRUCT_CALLS.finish_if_complete(job)


def _add_calls(locked: ContextInstruct) -> int:
    """Add script-agnostic calls if there are fewer triplets than wanted, and return how many were added."""
    triplets = Triplet.objects.filter(call__job=locked).exclude(fate="malformed").count()
    calls = locked.calls.count()
    added = top_up(triplets, locked.wanted, locked.calls.filter(is_top_up=True).count())
    InstructCall.objects.bulk_create(
        InstructCall(job=locked, position=calls + number, origin="script_agnostic", is_top_up=True)
        for number in range(added)
    )
    return added
