"""How a branch differs from its parent: what was changed, and where the two part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dialogue.seeds import SPEAKERS, SpeakerName
from simulation.branches.origins import Origin, answered_turns, read_origin
from simulation.models import Branch
from studies.language_models.identities import decisive
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
class Parting:
    """The point where a branch and its parent part: the number of the branch's turn, from 1, and what differs first there."""

    turn: int
    at: PartingAt

    @property
    def words(self) -> str:
        return f"They part at turn {self.turn}, {_WORDS[self.at]}."


def find_parting(branch: Branch) -> Parting | None:
    """Return where the branch parts from its parent; None if it repeats it word for word, as far as it has been played."""
    ours, theirs = _said(branch.dialogue), _said(branch.parent)
    for number, (mine, other) in enumerate(zip(ours, theirs, strict=False), start=1):
        if mine != other:
            return Parting(number, "utterance" if mine[0] != other[0] else "answer")
    has_ended = branch.dialogue.ended_at is not None and branch.parent.ended_at is not None
    is_longer = len(ours) > len(theirs) and branch.parent.ended_at is not None
    if is_longer or (has_ended and (len(ours), branch.dialogue.ending) != (len(theirs), branch.parent.ending)):
        return Parting(min(len(ours), len(theirs)) + 1, "ending")
    return None


def describe_parting(branch: Branch) -> str:
    """Return a sentence about where the branch and its parent part."""
    found = find_parting(branch)
    if found:
        return found.words
    if branch.dialogue.ended_at is None:
        return "They have not parted so far."
    return "The branch repeats the original word for word."


def list_changes(branch: Branch) -> list[Change]:
    """Return what the branch changes; none for a repetition."""
    return list(_changes(branch))


def _changes(branch: Branch) -> Iterator[Change]:
    origin, parent, dialogue = read_origin(branch.parent), branch.parent, branch.dialogue
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
    if before["prompts"] != now["prompts"]:
        yield Change(f"prompts of the {speaker}", before["prompts"], now["prompts"])


def _settings(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides the words of a model, without its prompt set and what follows from that."""
    told: dict[str, Any] = decisive(dict(described))
    return {key: value for key, value in told.items() if key not in ("prompts", "system", "marks")}


def _said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(turn.utterance, turn.response) for turn in answered_turns(dialogue)]
