"""Characters, and dialogues in which they are played, as plain rows."""

from dataclasses import dataclass

from rolellm.languages import Language


@dataclass(frozen=True, slots=True)
class Reference:
    """A character as it is known: ``turns`` are what it says in its script. A machine may say that it is one."""

    name: str
    turns: tuple[str, ...]
    catchphrases: tuple[str, ...] = ()
    language: Language = "en"
    is_machine: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """A dialogue in which ``character`` is played in some ``way``: by a model, with an elicitation or an adapter.

    ``turns`` are the texts of the character alone, in order. The words of ``goal`` say nothing about style.
    """

    character: str
    way: str
    turns: tuple[str, ...]
    goal: str = ""
