"""What models answer: outputs of a call, which are stored before they are read, and the triplets in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from characters.asking import as_fields
from characters.models import InstructCall, Triplet
from dialogue.backends.base import Reply
from rolellm import triplets
from rolellm.triplets import Origin, Parsed
from studies.storable_text import storable

_NOT_KEPT = ("answer", "reason")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One output for a call: the fields that keep it, its answer without thoughts, and what the answer contains."""

    fields: dict[str, Any]
    answer: str
    parsed: Parsed

    @classmethod
    def of(cls, reply: Reply, origin: Origin) -> Self:
        """Return the attempt that this reply is."""
        answer = storable(reply.text)
        return cls(as_fields(reply), answer, triplets.parse(answer, origin))

    @classmethod
    def stored(cls, record: dict[str, Any], origin: Origin) -> Self:
        """Return the attempt of an entry of ``rejected``."""
        fields = {key: value for key, value in record.items() if key not in _NOT_KEPT}
        return cls(fields, record["answer"], triplets.parse(record["answer"], origin))

    @property
    def is_in_format(self) -> bool:
        """Return whether it contains triplets and nothing that only begins like one."""
        return bool(self.parsed.triplets) and not self.parsed.malformed

    @property
    def record(self) -> dict[str, Any]:
        """Return the entry of ``rejected`` that keeps it."""
        reasons = ", ".join(dict.fromkeys(part.reason for part in self.parsed.malformed))
        return self.fields | {"answer": self.answer, "reason": reasons}


@dataclass(frozen=True, slots=True)
class Outcome:
    """All attempts of a call, in order, and why the model gave no further one, if it did not."""

    attempts: tuple[Attempt, ...]
    refusal: str = ""

    @property
    def chosen(self) -> Attempt | None:
        """Return the last attempt if it is in the format, else the first of those with the most triplets."""
        if self.attempts and self.attempts[-1].is_in_format:
            return self.attempts[-1]
        return max(self.attempts, key=lambda attempt: len(attempt.parsed.triplets), default=None)

    @property
    def fields(self) -> dict[str, Any]:
        """Return the fields of the call that keep its attempts."""
        chosen = self.chosen
        kept = chosen.fields if chosen else {}
        return kept | {"rejected": [each.record for each in self.attempts if each is not chosen]}

    def rows(self, call: InstructCall) -> list[Triplet]:
        """Return the chosen attempt's triplets, then every malformed part of all attempts with its reason."""
        chosen = self.chosen
        good = [_row(each) for each in chosen.parsed.triplets] if chosen else []
        found = [*good, *self._malformed()]
        for position, row in enumerate(found):
            row.call, row.position = call, position
        return found

    def _malformed(self) -> Iterator[Triplet]:
        for attempt in self.attempts:
            for part in attempt.parsed.malformed:
                yield Triplet(answer=part.text, fate="malformed", reason=part.reason)
        if self.refusal:
            yield Triplet(fate="malformed", reason=self.refusal)


def attempts_of(call: InstructCall) -> tuple[Attempt, ...]:
    """Return the attempts that are stored so far."""
    return tuple(Attempt.stored(record, origin_of(call)) for record in call.rejected)


def as_triplets(rows: Sequence[Triplet], origins: Sequence[str]) -> list[triplets.Triplet]:
    """Return stored triplets, with the origins of their calls, as the method takes them."""
    return [
        triplets.Triplet(cast(Origin, origin), row.question, row.metrics, cast(triplets.Level, row.level), row.answer)
        for row, origin in zip(rows, origins, strict=True)
    ]


def origin_of(call: InstructCall) -> Origin:
    """Return whether the call is about a segment or about the description."""
    return cast(Origin, call.origin)


def _row(triplet: triplets.Triplet) -> Triplet:
    return Triplet(
        question=triplet.question, metrics=triplet.metrics, level=triplet.level, answer=triplet.answer, fate="new"
    )
