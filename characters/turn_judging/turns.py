"""Which turns a judge reads: those in which a model plays a described character."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Prefetch, QuerySet

from dialogue.seeds import SPEAKERS, SpeakerName
from studies.models import Dialogue, Turn
from studies.recorded_roles import plays_character, recorded_role

SEED = 73


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """A turn of a dialogue, by its key, in which a character speaks."""

    dialogue: int
    speaker: SpeakerName
    position: int
    character: str


def with_played_turns(dialogues: QuerySet[Dialogue]) -> QuerySet[Dialogue]:
    """Return the ended simulated dialogues with characters. What people wrote is not sent to a judge."""
    played = dialogues.filter(plays_character(), kind=Dialogue.Kind.SIMULATED, is_replaced=False)
    return played.exclude(ended_at=None)


def drawn_turns(keys: Collection[int], characters: Collection[str], most: int | None) -> Iterator[PlayedTurn]:
    """Yield the turns of these ``characters`` in the dialogues, or so many of each speaker in each dialogue.

    The order of the draw depends on the turn alone, so that a request for more turns includes those of an earlier one.
    """
    turns = Prefetch("turns", Turn.objects.order_by("position"))
    for dialogue in Dialogue.objects.filter(pk__in=keys).order_by("pk").prefetch_related(turns):
        for speaker in SPEAKERS:
            name = str(recorded_role(getattr(dialogue, speaker)).get("name", ""))
            if name in characters:
                for position in _draw(dialogue, speaker, most):
                    yield PlayedTurn(dialogue.pk, speaker, position, name)


def _draw(dialogue: Dialogue, speaker: SpeakerName, most: int | None) -> list[int]:
    said = [turn.position for turn in dialogue.turns.all() if text_of(turn, speaker).strip()]
    return sorted(sorted(said, key=lambda position: _lot(dialogue, speaker, position))[:most])


def text_of(turn: Turn, speaker: str) -> str:
    """Return what the speaker says in the turn."""
    return turn.utterance if speaker == "inquirer" else turn.response


def _lot(dialogue: Dialogue, speaker: str, position: int) -> str:
    return sha256(f"{SEED}\x1f{dialogue.token}\x1f{speaker}\x1f{position}".encode()).hexdigest()
