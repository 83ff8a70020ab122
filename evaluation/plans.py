"""What a researcher sees of an evaluation's plan, before it is opened and after."""

from collections import Counter
from dataclasses import dataclass

from evaluation.pairing import LeftOut


class NotReady(ValueError):
    """The evaluation cannot be opened; ``sentences`` say what it lacks and what would help."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Share:
    """What falls to one model or goal: its ``pairs``, how often they are shown, ``fewest`` to ``most`` times in one list, and
    how often with the natural dialogue first."""

    name: str
    pairs: int
    showings: int
    fewest: int
    most: int
    natural_first: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is judged, by how many. An evaluator judges one list of ``list_sizes`` pairs, after ``training_pairs`` and with
    ``attention_checks`` among them, which neither sizes nor shares count.

    ``problems`` say why it cannot be opened and what would help; then there may be no lists. ``warnings`` do not hinder.
    """

    pairs: int
    natural_dialogues: int
    judges_per_pair: int
    list_sizes: tuple[int, ...]
    models: tuple[Share, ...]
    goals: tuple[Share, ...]
    natural_first: int
    training_pairs: int
    attention_checks: int
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def can_open(self) -> bool:
        return not self.problems

    @property
    def evaluators(self) -> int:
        """How many it takes."""
        return len(self.list_sizes)

    @property
    def showings(self) -> int:
        """How many judgements it takes."""
        return sum(self.list_sizes)

    @property
    def natural_second(self) -> int:
        return self.showings - self.natural_first

    @property
    def sizes(self) -> str:
        """In words: "27 lists: 17 of 30 pairs, 10 of 29"."""
        counts = sorted(Counter(self.list_sizes).items(), reverse=True)
        if not counts:
            return "no lists"
        total = f"{self.evaluators} list{'' if self.evaluators == 1 else 's'}"
        (size, count), *rest = counts
        pairs = f"{size} pair{'' if size == 1 else 's'}"
        if not rest:
            return f"{total} of {pairs}"
        return f"{total}: " + ", ".join([f"{count} of {pairs}", *(f"{count} of {size}" for size, count in rest)])
