"""Role profiles: the structured dialogues of a role, cut out of a script (section 2.2, appendix C (2))."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rolellm.languages import Language, detect, length
from rolellm.pairs import Pair, pairs
from rolellm.roles import Role, rename, unmatched_speakers
from rolellm.rounds import Row, profile_rows
from rolellm.scripts.reading import read_script
from rolellm.scripts.turns import Turn
from rolellm.segments import Segment, cut

LEAST_TURNS = 25
"""The paper drops roles with fewer turns."""


@dataclass(frozen=True)
class Profile:
    """The dialogues of a role: rows in the order of the script, each round ending with the role."""

    role: Role
    language: Language
    rows: tuple[Row, ...]
    unmatched_speakers: Counter[str]

    @property
    def rounds(self) -> int:
        """Return the number of rounds, which is also the number of the role's turns."""
        return self.rows[-1].diag_id + 1

    @property
    def is_short(self) -> bool:
        """Return whether the paper would drop the role."""
        return self.rounds < LEAST_TURNS

    @cached_property
    def words(self) -> int:
        """Return the number of words in all rows; in Chinese, of characters."""
        return sum(length(row.content, self.language) for row in self.rows)

    @cached_property
    def segments(self) -> list[Segment]:
        return cut(self.rows, self.language)

    @cached_property
    def pairs(self) -> list[Pair]:
        return pairs(self.rows, self.role.name, self.language)


def read_profile(path: Path, role: Role, language: Language | None = None) -> Profile:
    """Return the profile of ``role`` in a script; the language is detected if it is None.

    Raises UnreadableScript if the file cannot be read or the role does not speak.
    """
    return make_profile(read_script(path), role, language)


def make_profile(turns: Sequence[Turn], role: Role, language: Language | None = None) -> Profile:
    """Return the profile of ``role`` in the turns of a script. Raises UnreadableScript if it does not speak."""
    rows = profile_rows(rename(turns, role), role.name)
    language = language or detect(row.content for row in rows)
    return Profile(role, language, tuple(rows), unmatched_speakers(turns, role))
