"""How a branch differs from its parent: what was changed, and where the two diverge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dialogue.seeds import SPEAKERS, SpeakerName
from simulation.branches.origins import Origin, answered_turns, read_origin
from simulation.models import Branch
from studies.language_models.descriptions import decisive
from studies.models import Dialogue

PartingAt = Literal["utterance", "answer", "ending"]
_WORDS: dict[PartingAt, str] = {
    "utterance": "with the inquirer's utterance",
    "answer": "with the responder's answer",
    "ending": "because one of them ends",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that differs between a branch and its parent."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Said:
    """The utterance and the answer of each turn of a dialogue, and how it ended."""

    turns: tuple[tuple[str, str], ...]
    has_ended: bool
    ending: str


@dataclass(frozen=True, slots=True)
class Parting:
    """Where a branch and its parent diverge: the number of the branch's turn, from 1, and what differs first there."""

    turn: int
    at: PartingAt

    @property
    def words(self) -> str:
        return f"They diverge at turn {self.turn}, {_WORDS[self.at]}."


def find_parting(branch: Branch) -> Parting | None:
    """Return where the branch diverges from its parent; None if it repeats it word for word, as far as it has been played."""
    return compare(said_in(branch.parent), said_in(branch.dialogue))


def compare(parent: Said, branch: Said) -> Parting | None:
    """Do the same for what was said in both."""
    for number, (theirs, ours) in enumerate(zip(parent.turns, branch.turns, strict=False), start=1):
        if theirs != ours:
            return Parting(number, "utterance" if theirs[0] != ours[0] else "answer")
    if len(branch.turns) > len(parent.turns):
        has_parted = parent.has_ended
    else:
        has_parted = branch.has_ended and (len(branch.turns) < len(parent.turns) or parent.has_ended)
    is_same = (len(parent.turns), parent.ending) == (len(branch.turns), branch.ending)
    shorter = min(len(parent.turns), len(branch.turns))
    return Parting(shorter + 1, "ending") if has_parted and not is_same else None


def describe_parting(branch: Branch) -> str:
    """Return a sentence about where the branch and its parent diverge."""
    has_played = branch.dialogue.turns.count() > branch.shared
    return verdict(find_parting(branch), has_ended=branch.dialogue.ended_at is not None, has_played=has_played)


def verdict(parting: Parting | None, *, has_ended: bool, has_played: bool) -> str:
    """Return the same sentence, if the caller knows the point where they diverge."""
    if parting:
        return parting.words
    if has_ended:
        return "The branch repeats the original word for word."
    return "They have not diverged so far." if has_played else "No turn has been played yet."


def said_in(dialogue: Dialogue) -> Said:
    """Return what was said in a dialogue, without failed turns."""
    turns = [(turn.utterance, turn.response) for turn in answered_turns(dialogue)]
    return Said(tuple(turns), dialogue.ended_at is not None, dialogue.ending)


def list_changes(branch: Branch, origin: Origin | None = None) -> list[Change]:
    """Return what the branch changes; none for a repetition. ``origin`` is its parent's, if the caller knows it."""
    return list(_changes(branch, origin or read_origin(branch.parent)))


def _changes(branch: Branch, origin: Origin) -> Iterator[Change]:
    parent, dialogue = branch.parent, branch.dialogue
    for speaker in SPEAKERS:
        yield from _speaker_changes(speaker, origin, branch.configuration[speaker])
    if dialogue.persona_id != parent.persona_id:
        yield Change("persona", parent.persona.code, dialogue.persona.code)
    if dialogue.seed != origin.seed:
        yield Change("seed", str(origin.seed), str(dialogue.seed))
    if branch.configuration["max_turns"] != origin.max_turns:
        yield Change("turn limit", str(origin.max_turns), str(branch.configuration["max_turns"]))
    if branch.utterance:
        before = parent.turns.filter(position=branch.turn - 1).values_list("utterance", flat=True).first() or "none"
        yield Change(f"utterance of turn {branch.turn}", before, branch.utterance)


def _speaker_changes(speaker: SpeakerName, origin: Origin, now: Mapping[str, Any]) -> Iterator[Change]:
    before = origin.described(speaker)
    if before is None:
        yield Change(speaker, "from a file" if origin.is_imported else "a person", now["model"])
        return
    if before["model"] != now["model"]:
        yield Change(speaker, before["model"], now["model"])
    elif _settings(before) != _settings(now):
        yield Change(speaker, before["model"], f"{now['model']} as models.toml now describes it")
    earlier = before.get("prompts", "not recorded")
    if earlier != now["prompts"]:
        yield Change(f"prompts of the {speaker}", earlier, now["prompts"])


def _settings(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides the words of a model, without its prompt set and what follows from that."""
    told: dict[str, Any] = decisive(dict(described))
    return {key: value for key, value in told.items() if key not in ("prompts", "system", "marks")}
