"""What a profile contains, for JSON and in sentences."""

from collections.abc import Iterator
from typing import Any

from characters.quantities import counted
from rolellm.profiles import LEAST_TURNS, Profile

_SHOWN = 20


def count_parts(profile: Profile) -> dict[str, int]:
    """Return how many rows, rounds, words, segments and pairs the profile has."""
    return {
        "rows": len(profile.rows),
        "rounds": profile.rounds,
        "words": profile.words,
        "segments": len(profile.segments),
        "pairs": len(profile.pairs),
    }


def as_object(profile: Profile) -> dict[str, Any]:
    """Return the profile's counts for JSON, with the other speakers by their number of turns."""
    return {
        "name": profile.role.name,
        "aliases": list(profile.role.aliases),
        "language": profile.language,
        **count_parts(profile),
        "unmatched_speakers": dict(profile.unmatched_speakers.most_common()),
        "warnings": warnings(profile),
    }


def warnings(profile: Profile) -> list[str]:
    """Return a sentence about each property that makes the profile hard to use."""
    if not profile.is_short:
        return []
    return [
        f"{profile.role.name} has only {counted(profile.rounds, 'round')}; the paper drops roles with fewer than "
        f"{LEAST_TURNS}. If the role speaks under other labels, add them as aliases."
    ]


def in_words(profile: Profile) -> Iterator[str]:
    """Return sentences about the profile."""
    unit = "character" if profile.language == "zh" else "word"
    yield (
        f"{profile.role.name}: {counted(profile.rounds, 'round')} in {counted(len(profile.rows), 'row')} with "
        f"{counted(profile.words, unit)}; {counted(len(profile.segments), 'segment')} and "
        f"{counted(len(profile.pairs), 'pair')} of question and answer."
    )
    if others := profile.unmatched_speakers.most_common(_SHOWN):
        yield f"Other speakers: {', '.join(f'{label} ({turns})' for label, turns in others)}{_rest(profile)}."


def _rest(profile: Profile) -> str:
    rest = len(profile.unmatched_speakers) - _SHOWN
    return f" and {rest} more" if rest > 0 else ""
