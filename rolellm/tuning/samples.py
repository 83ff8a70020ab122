"""Training samples: a role's system instruction, a question and a response (section 2.4)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dialogue.messages import Message
from rolellm.elicitation import Character, Elicitation, elicit
from rolellm.pairs import Demonstrations
from rolellm.rolebench.rows import BenchRow
from rolellm.tuning.recipe import Variant
from rolellm.tuning.refusals import TuningRefused


class NoSamples(TuningRefused):
    """Rows that give nothing to learn from."""


@dataclass(frozen=True, slots=True)
class Part:
    """A role to learn. ``demonstrations`` are the pairs of its profile, for the retrieval variant."""

    character: Character
    demonstrations: Demonstrations | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One response to learn, and the messages before it, of which the first is the system instruction."""

    role: str
    messages: tuple[Message, ...]
    response: str


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of some rows, and what was left out: rows by role without a description, empty responses."""

    samples: tuple[Sample, ...]
    unknown_roles: Mapping[str, int]
    empty_responses: int

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(sample.role for sample in self.samples))


def make_samples(rows: Iterable[BenchRow], parts: Mapping[str, Part], variant: Variant = "system") -> Samples:
    """Return a sample for every response of every row, because the paper does not say how it uses several references.

    Raises NoSamples if there is none, or if a role has no profile in the retrieval variant.
    """
    kept, unknown = [], Counter[str]()
    for row in rows:
        kept += [row] if row.role in parts else []
        unknown[row.role] += row.role not in parts
    used = list(dict.fromkeys(row.role for row in kept))
    _check_profiles([parts[role] for role in used], variant)
    samples = [sample for row in kept for sample in _of_row(row, parts[row.role], variant)]
    written = tuple(sample for sample in samples if sample.response)
    if not written:
        raise NoSamples(_nothing(unknown))
    return Samples(written, +unknown, len(samples) - len(written))


def _of_row(row: BenchRow, part: Part, variant: Variant) -> Iterator[Sample]:
    shown = part.demonstrations.best(row.asked) if variant == "retrieval" and part.demonstrations else []
    way: Elicitation = "dialogue" if variant == "retrieval" else "zero-shot"
    messages = tuple(elicit(way, part.character, row.asked, [found.pair for found in shown]))
    for response in row.generated:
        yield Sample(row.role, messages, response.strip())


def _check_profiles(parts: Iterable[Part], variant: Variant) -> None:
    missing = [part.character.name for part in parts if part.demonstrations is None]
    if variant == "retrieval" and missing:
        raise NoSamples(
            f"The variant with retrieval needs a profile of each role, and {', '.join(missing)} has none. Import a script for"
            " it, or choose the variant system."
        )


def _nothing(unknown: Counter[str]) -> str:
    if not unknown:
        return "There are no rows to learn from. Choose files or benchmarks with at least one response."
    roles = ", ".join(repr(role) for role, _ in unknown.most_common(5))
    return (
        f"None of the {unknown.total()} rows can be used, because no description is known for their roles ({roles}). Add these"
        " characters, or give their descriptions."
    )
