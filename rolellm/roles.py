"""Roles: who speaks under which labels."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rolellm.scripts.labels import comparable
from rolellm.scripts.turns import NARRATOR, Turn, UnreadableScript


class AmbiguousAlias(UnreadableScript):
    """Two aliases that the same label matches."""


@dataclass(frozen=True, slots=True)
class Role:
    """The role of interest: its name and the other labels under which a script lets it speak.

    A label matches as a whole, without case and marks such as (V.O.). The paper does not say how labels were matched.
    """

    name: str
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for alias in self.aliases:
            if other := seen.get(comparable(alias)):
                raise AmbiguousAlias(
                    f"The label {comparable(alias).upper()!r} matches two aliases, {other!r} and {alias!r}. Keep one of them."
                )
            seen[comparable(alias)] = alias

    def is_named(self, label: str) -> bool:
        """Return whether the label is the role's name or one of its aliases."""
        return comparable(label) in self._labels

    @property
    def _labels(self) -> set[str]:
        return {comparable(label) for label in (self.name, *self.aliases)}


def unmatched_speakers(turns: Iterable[Turn], role: Role) -> Counter[str]:
    """Return how many turns each other speaker has, so that a missing alias is seen."""
    speakers = Counter(turn.speaker for turn in turns if turn.speaker != NARRATOR)
    return Counter({label: count for label, count in speakers.items() if not role.is_named(label)})


def rename(turns: Sequence[Turn], role: Role) -> list[Turn]:
    """Return the turns with the role under its name.

    Raises UnreadableScript if it does not speak.
    """
    spoken = {label for label in {turn.speaker for turn in turns} if label != NARRATOR and role.is_named(label)}
    if not spoken:
        raise UnreadableScript(_not_found(turns, role))
    return [Turn(turn.scene, role.name, turn.content, turn.round) if turn.speaker in spoken else turn for turn in turns]


def _not_found(turns: Sequence[Turn], role: Role) -> str:
    most = ", ".join(repr(label) for label, _ in unmatched_speakers(turns, role).most_common(5))
    speakers = f"the most frequent speakers are {most}" if most else "no line was recognised as a speaker's"
    return (
        f"No speaker of the script is called {role.name!r}; {speakers}. Name the label under which the role speaks as an "
        "alias (--alias)."
    )
