"""The drift of the characters in a study's dialogues."""

from collections.abc import Callable, Sequence

from django.db.models import QuerySet
from numpy.random import default_rng

from analysis.drift.played_dialogues import known_characters, read_played
from analysis.reporting.drift import CharacterDrift
from analysis.statistics.drift.drift import drifts_of
from analysis.statistics.drift.neutral import neutral_texts
from analysis.statistics.drift.played import Played, Reference
from analysis.statistics.drift.style import Style
from characters.turn_judging.judge_names import judge_names
from rolellm.languages import Language
from studies.models import Dialogue, Study

SEED = 73
MOST_CHARACTERS = 20
"""Characters of a language whose styles are learned: those that are played, then others to compare them with."""


def measure_drift(study: Study, dialogues: QuerySet[Dialogue], on_step: Callable[[str], None]) -> CharacterDrift | None:
    """Measure the drift of the characters in these dialogues of the study; None if none is played."""
    random = default_rng(SEED)
    played = list(read_played(dialogues, random, judge_names(study)))
    if not played:
        return None
    on_step("drift of characters")
    present, others = _known(study, played)
    languages = dict.fromkeys(one.language for one in present)
    styles = [_style([*present, *others], language) for language in languages]
    return CharacterDrift(drifts_of(played, present, styles, random))


def _style(characters: Sequence[Reference], language: Language) -> Style:
    speaking = [one for one in characters if one.language == language][:MOST_CHARACTERS]
    return Style(speaking, neutral_texts(language), language)


def _known(study: Study, played: Sequence[Played]) -> tuple[list[Reference], list[Reference]]:
    """Return the characters that are played, and the study's others. An imported dialogue may play one that is not there."""
    known = {one.name: one for one in known_characters(study)}
    names = sorted({one.character for one in played})
    present = [known.pop(name, Reference(name, ())) for name in names]
    return present, list(known.values())
