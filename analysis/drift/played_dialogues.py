"""Dialogues in which characters are played, and the characters of their study, as the rows that drift is computed from."""

from collections.abc import Iterator, Mapping
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Prefetch, QuerySet, Sum

from analysis.statistics.drift.played import Judged, Played, Reference
from characters.models import Character, TurnScore
from simulation.models import ELICITATION_WORDS
from studies.models import CharacterSheet, Dialogue, Study, Turn
from studies.recorded_roles import plays_character, recorded_role

if TYPE_CHECKING:
    from numpy.random import Generator

MOST = 2000
"""Dialogues that are measured: more would only take longer."""
AT_ONCE = 500


def read_played(
    dialogues: QuerySet[Dialogue], random: "Generator", judges: Mapping[int, str] = MappingProxyType({})
) -> Iterator[Played]:
    """Yield each part of a character in these dialogues, or in a random sample of MOST of them.

    ``judges`` names those whose scores are read, by the keys of their judgings.
    """
    keys = list(dialogues.filter(plays_character()).order_by("pk").values_list("pk", flat=True))
    if len(keys) > MOST:
        keys = sorted(random.choice(keys, MOST, replace=False).tolist())
    turns = Prefetch("turns", Turn.objects.order_by("position"))
    scores = Prefetch("turn_scores", _finished_scores().filter(judging__in=judges))
    for begin in range(0, len(keys), AT_ONCE):
        chosen = Dialogue.objects.filter(pk__in=keys[begin : begin + AT_ONCE]).order_by("pk")
        for dialogue in chosen.select_related("goal").prefetch_related(turns, scores):
            yield from _parts(dialogue, judges)


def scored_by(dialogues: QuerySet[Dialogue]) -> dict[str, Any]:
    """Return values that change with the judges' scores of these dialogues: scores are stored and deleted, but not changed."""
    scores = _finished_scores().filter(dialogue__in=dialogues.order_by().values("pk"))
    return scores.order_by().aggregate(count=Count("pk"), keys=Sum("pk"), latest=Max("finished_at"))


def known_characters(study: Study) -> list[Reference]:
    """Return the characters of the study. What each of them says in its script are the answers of its pairs."""
    sheets, machines = study.character_sheets.all(), _machines(study)
    return [_reference(sheet, is_machine=sheet.name in machines) for sheet in sheets]


def known_by(study: Study) -> list[tuple[Any, ...]]:
    """Return values that change with what the study knows of its characters."""
    machines = _machines(study)
    told = study.character_sheets.values_list("name", "digest", "catchphrases")
    return [(name, digest, catchphrases, name in machines) for name, digest, catchphrases in told]


def _machines(study: Study) -> set[str]:
    """Return the names of the study's characters that are machines, which may say so."""
    names = list(study.character_sheets.values_list("name", flat=True))
    return set(Character.objects.filter(is_machine=True, name__in=names).values_list("name", flat=True))


def _reference(sheet: CharacterSheet, *, is_machine: bool) -> Reference:
    turns = tuple(pair.answer for pair in sheet.demonstrations)
    return Reference(sheet.name, turns, tuple(sheet.catchphrases), sheet.character.language, is_machine)


def _parts(dialogue: Dialogue, judges: Mapping[int, str]) -> Iterator[Played]:
    turns = list(dialogue.turns.all())
    sides = (
        ("inquirer", dialogue.inquirer, [turn.utterance for turn in turns]),
        ("responder", dialogue.responder, [turn.response for turn in turns]),
    )
    for speaker, described, texts in sides:
        while texts and not texts[-1]:  # the last utterance may have no answer
            texts.pop()
        if (role := recorded_role(described)) and texts:
            way = _way(speaker, described, role, is_natural=dialogue.kind == Dialogue.Kind.NATURAL)
            judged = _judged(dialogue, speaker, judges)
            yield Played(str(role.get("name", "")), way, tuple(texts), dialogue.goal.text, judged)


def _judged(dialogue: Dialogue, speaker: str, judges: Mapping[int, str]) -> dict[str, dict[int, Judged]]:
    """Return the judges' scores of the speaker's turns."""
    found: dict[str, dict[int, Judged]] = {}
    for score in dialogue.turn_scores.all():
        if score.speaker == speaker:
            of_judge = found.setdefault(judges[score.judging_id], {})
            of_judge[score.position] = Judged(*(nan if one is None else one for one in (score.style, score.knowledge)))
    return found


def _finished_scores() -> QuerySet[TurnScore]:
    needed = ("dialogue", "judging", "speaker", "position", "style", "knowledge")
    return TurnScore.objects.exclude(finished_at=None).only(*needed)


def _way(speaker: str, described: dict[str, Any], role: dict[str, Any], *, is_natural: bool) -> str:
    elicitation = str(role.get("elicitation", ""))
    words = ELICITATION_WORDS.get(elicitation, elicitation) or "elicitation not recorded"
    return f"{speaker} {described.get('model') or 'not recorded'}, {words}{', to people' if is_natural else ''}"
