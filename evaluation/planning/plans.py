"""An evaluation's plan as a researcher sees it, before and after opening."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.models import Evaluation
from evaluation.pairing import LeftOut

Assignments = Sequence[Sequence[tuple[int, bool]]]
"""For each assignment, the ids of its main pairs and whether the natural dialogue is first."""


class NotReady(ValueError):
    """The evaluation cannot be opened; ``sentences`` say why and what would help."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one model or goal: its ``pairs``, how often they are presented, ``fewest`` to ``most`` times in one
    assignment, and how often with the natural dialogue first."""

    name: str
    pairs: int
    presentations: int
    fewest: int
    most: int
    natural_first: int


@dataclass(frozen=True, slots=True)
class Paired:
    """A pair of the main part, as a plan counts it; ``goal`` in words, or the role that answers."""

    id: int
    person: str
    goal: str
    model: str


@dataclass(frozen=True, slots=True)
class Remarks:
    """Remarks about a plan."""

    left_out: tuple[LeftOut, ...] = ()
    hidden: tuple[int, int] = (0, 0)
    """Numbers of hidden messages in the natural and in the simulated dialogues."""
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The pairs and their division into assignments. An evaluator judges one assignment, of ``assignment_sizes`` pairs, after
    ``training_pairs`` and with ``attention_checks`` among them, which sizes and shares do not count.

    ``rules`` say which dialogues are paired. ``problems`` say why it cannot be opened and what would help; then there may be
    no assignments. ``warnings`` do not prevent opening.
    """

    pairs: int
    natural_dialogues: int
    judges_per_pair: int
    assignment_sizes: tuple[int, ...]
    models: tuple[Share, ...]
    goals: tuple[Share, ...]
    natural_first: int
    training_pairs: int
    attention_checks: int
    rules: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def can_open(self) -> bool:
        return not self.problems

    @property
    def evaluators(self) -> int:
        """Return the number of evaluators needed."""
        return len(self.assignment_sizes)

    @property
    def judgements(self) -> int:
        """Return the number of judgements needed."""
        return sum(self.assignment_sizes)

    @property
    def natural_second(self) -> int:
        return self.judgements - self.natural_first

    @property
    def sizes(self) -> str:
        """Return the sizes in words: "27 assignments: 17 with 30 pairs, 10 with 29"."""
        counts = sorted(Counter(self.assignment_sizes).items(), reverse=True)
        if not counts:
            return "none"
        total = f"{self.evaluators} assignment{'' if self.evaluators == 1 else 's'}"
        (size, count), *rest = counts
        pairs = f"{size} pair{'' if size == 1 else 's'}"
        if not rest:
            return f"{total} of {pairs}"
        return f"{total}: " + ", ".join([f"{count} with {pairs}", *(f"{count} with {size}" for size, count in rest)])


def count_up(
    evaluation: Evaluation,
    pairs: Sequence[Paired],
    assignments: Assignments,
    remarks: Remarks,
    rules: tuple[str, ...],
) -> Plan:
    """Return the plan of these pairs, ordered by goal, and assignments."""
    by_model = sorted(pairs, key=lambda pair: pair.model)
    return Plan(
        pairs=len(pairs),
        natural_dialogues=len({(pair.person, pair.goal) for pair in pairs}),
        judges_per_pair=evaluation.judges_per_pair,
        assignment_sizes=tuple(len(one) for one in assignments),
        models=_shares({pair.id: pair.model for pair in by_model}, assignments),
        goals=_shares({pair.id: pair.goal for pair in pairs}, assignments),
        natural_first=sum(is_natural_first for one in assignments for _, is_natural_first in one),
        training_pairs=evaluation.training_pairs,
        attention_checks=evaluation.attention_checks,
        rules=rules,
        left_out=remarks.left_out,
        warnings=remarks.warnings,
        problems=remarks.problems,
    )


def _shares(names: Mapping[int, str], assignments: Assignments) -> tuple[Share, ...]:
    """Return the share of each name; ``names`` holds the name of every pair, in the order of the result."""
    counts = [Counter(names[pair] for pair, _ in one) for one in assignments]
    first = Counter(names[pair] for one in assignments for pair, is_natural_first in one if is_natural_first)
    return tuple(
        Share(
            name=name,
            pairs=count,
            presentations=sum(one[name] for one in counts),
            fewest=min((one[name] for one in counts), default=0),
            most=max((one[name] for one in counts), default=0),
            natural_first=first[name],
        )
        for name, count in Counter(names.values()).items()
    )
