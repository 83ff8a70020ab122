"""What the database can hold of a character. Larger values are refused, because PostgreSQL would fail on them."""

from collections.abc import Iterable

from characters.refusals import CharacterRefused
from rolellm.rounds import Row

LONGEST_NAME = 100
LONGEST_LABEL = 200
_LARGEST = 2**31 - 1


def check_name(name: str) -> str:
    """Return the name without surrounding white space. Raises CharacterRefused if it cannot be a character's."""
    bare = name.strip()
    if not bare:
        raise CharacterRefused("A character needs a name. Type the role's name.")
    if len(bare) > LONGEST_NAME:
        raise CharacterRefused(f"The name has {len(bare)} characters, and the limit is {LONGEST_NAME}. Shorten it.")
    if not bare.isprintable():
        raise CharacterRefused("The name contains a line break or a control character. Remove it.")
    return bare


def check_rows(rows: Iterable[Row]) -> None:
    """Raise CharacterRefused with the number of the first row that is too large to be stored."""
    for number, row in enumerate(rows, start=1):
        if len(row.role) > LONGEST_LABEL:
            raise CharacterRefused(
                f"The speaker of row {number} has {len(row.role)} characters, and the limit is {LONGEST_LABEL}. "
                "Correct the label in the file."
            )
        if abs(row.act_id) > _LARGEST:
            raise CharacterRefused(f"Row {number} has act_id {row.act_id}, which is too large. Number the acts from 0.")
