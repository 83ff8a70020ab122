"""What a job has made, for JSON and in sentences."""

from collections.abc import Iterator
from typing import Any

from characters.context_instruct.funnel import read_funnel
from characters.models import Character, ContextInstruct
from rolellm.selection import PAPER_DUPLICATES, PAPER_LOW, Funnel


def as_object(job: ContextInstruct) -> dict[str, Any]:
    """Return the job's funnel for JSON; shares are fractions of 1, None of nothing."""
    funnel = read_funnel(job)
    return {
        "character": job.character.name,
        "model": job.model,
        "seed": job.configuration["seed"],
        "threshold": job.configuration["threshold"],
        "wanted": job.wanted,
        "calls": job.calls.count(),
        "added_calls": job.calls.filter(is_top_up=True).count(),
        "candidates": funnel.candidates,
        "malformed": funnel.malformed,
        "low": funnel.low,
        "repeats": funnel.repeats,
        "duplicates": funnel.duplicates,
        "kept": funnel.kept,
        "test_questions": funnel.test,
        "low_share": funnel.low_share,
        "duplicate_share": funnel.duplicate_share,
        "paper": {"low_share": PAPER_LOW, "duplicate_share": PAPER_DUPLICATES},
    }


def in_words(job: ContextInstruct) -> Iterator[str]:
    """Return sentences about the job's funnel, beside the paper's."""
    funnel = read_funnel(job)
    added = job.calls.filter(is_top_up=True).count()
    yield (
        f"{job.character.name}: {funnel.candidates:,} triplets from {job.calls.count():,} calls of {job.model}, {added} of "
        f"them added to reach {job.wanted:,}; {funnel.malformed:,} malformed parts."
    )
    if shortage := missing_triplets(job, funnel):
        yield shortage
    yield (
        f"Doubted by the model: {funnel.low:,}, {percent(funnel.low_share)} of the triplets (paper: {PAPER_LOW:.0%}). Repeats "
        f"and duplicates: {funnel.repeats + funnel.duplicates:,}, {percent(funnel.duplicate_share)} of the rest (paper: "
        f"{PAPER_DUPLICATES:.0%})."
    )
    yield f"Kept for training: {funnel.kept:,}. Test questions: {funnel.test:,}."


def missing_triplets(job: ContextInstruct, funnel: Funnel) -> str:
    """Return a sentence if a finished job has fewer triplets than wanted; empty otherwise."""
    if funnel.candidates >= job.wanted or job.calls.filter(finished_at=None).exists():
        return ""
    return (
        f"Only {funnel.candidates:,} of {job.wanted:,} triplets were made, and no further calls are allowed. The answers of "
        f"{job.model} were too short or malformed. Try another model."
    )


def missing_segments(character: Character) -> str:
    """Return a sentence if no question can be about the character's script; empty otherwise."""
    if not character.counts:
        return (
            f"{character.name} has no profile, so all questions are about the description and none about the script. Import the"
            " script for the others."
        )
    if not character.counts["segments"]:
        return (
            f"The profile of {character.name} is too short for a segment, so all questions are about the description."
        )
    return ""


def percent(share: float | None) -> str:
    """Return the share in percent, a dash for that of nothing."""
    return "–" if share is None else f"{share:.0%}"
