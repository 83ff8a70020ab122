"""Outputs cut by a limit, and the resulting failures. Statuses do not change; the sentences suggest a higher limit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, get_args

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from dialogue.seeds import SpeakerName
from studies.models import ENDINGS, Dialogue, Output

_FAILURES = {"no_prompt": "no_prompt", "empty": "empty_output"}
"""Output statuses that a cut can cause, and the endings that follow from them."""
_WORDS = dict(ENDINGS)


@dataclass(frozen=True, slots=True)
class Cut:
    """How many ``outputs`` of one speaker were cut: ``cut`` at ``max_tokens``, ``cramped`` earlier, at the end of the context.

    ``failures`` counts the dialogues that ended because their last output was cut, by ending; ``silent`` the replies to a
    person that were cut before their first word. ``max_tokens`` is None if it was not recorded. ``is_one``: all
    belong to one dialogue.
    """

    speaker: SpeakerName
    model: str
    max_tokens: int | None
    outputs: int
    cut: int
    cramped: int = 0
    silent: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    is_one: bool = False

    @property
    def sentences(self) -> list[str]:
        """Return sentences for a researcher; empty if nothing was cut."""
        return [sentence for sentence in (self._about_limit, self._about_context) if sentence]

    @property
    def _about_limit(self) -> str:
        if not self.cut:
            return ""
        limit = "the limit" if self.max_tokens is None else f"{self.max_tokens} tokens"
        because = "; ".join(self._consequences)
        advice = f"Raise max_tokens in [models.{self.model or 'NAME'}.{self.speaker}]"
        end = f"; as a result, {because}. {advice}." if because else f". {advice} if you need complete outputs."
        return f"{self._counted(self.cut)} cut at {limit}{end}"

    @property
    def _about_context(self) -> str:
        if not self.cramped:
            return ""
        return f"{self._counted(self.cramped)} cut at the end of the context. Raise context in [models.{self.model}]."

    @property
    def _consequences(self) -> Iterable[str]:
        for ending, count in self.failures.items():
            dialogues = "the dialogue" if self.is_one else f"{count} dialogue{'' if count == 1 else 's'}"
            yield f"{dialogues} ended with '{_WORDS[ending]}'"
        if self.silent:
            yield f"{self.silent} of them gave no reply"

    def _counted(self, count: int) -> str:
        name = f" {self.model!r}" if self.model else ""
        outputs = f"output{'' if self.outputs == 1 else 's'}"
        return f"{count} of {self.outputs} {outputs} of the {self.speaker}{name} {'was' if count == 1 else 'were'}"


def cuts_of(dialogues: QuerySet[Dialogue], described: dict[str, Any], *, is_one: bool = False) -> list[Cut]:
    """Return the cuts of each speaker in ``dialogues``, which ``described`` describes. Leave out speakers without outputs."""
    counted = {row["speaker"]: row for row in _counts(dialogues, described)}
    failures = _failures(dialogues) if any(row["cut"] for row in counted.values()) else {}
    return [
        _cut(counted[speaker], _side(described, speaker), failures.get(speaker, {}), is_one=is_one)
        for speaker in get_args(SpeakerName)
        if speaker in counted
    ]


def sentences_of(cuts: Iterable[Cut]) -> list[str]:
    """Return all sentences about ``cuts``."""
    return [sentence for cut in cuts for sentence in cut.sentences]


def _cut(row: dict[str, Any], described: dict[str, Any], failures: dict[str, int], *, is_one: bool) -> Cut:
    return Cut(
        speaker=row["speaker"],
        model=str(described.get("model", "")),
        max_tokens=_limit(described),
        outputs=row["outputs"],
        cut=row["at_limit"],
        cramped=row["cut"] - row["at_limit"],
        silent=row["silent"],
        failures=failures,
        is_one=is_one,
    )


def _side(described: dict[str, Any], speaker: SpeakerName) -> dict[str, Any]:
    return described.get(speaker) or {}


def _limit(described: dict[str, Any]) -> int | None:
    return (described.get("sampling") or {}).get("max_tokens")


def _counts(dialogues: QuerySet[Dialogue], described: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Count the outputs of each speaker in one query."""
    cut = Q(stop_reason="length")
    at_limit = cut & reduce(
        or_, (_reaches_limit(speaker, _side(described, speaker)) for speaker in get_args(SpeakerName))
    )
    is_silent = Q(status="empty", dialogue__kind=Dialogue.Kind.NATURAL)
    counted = (
        Output.objects.filter(dialogue__in=dialogues)
        .order_by()
        .values("speaker")
        .annotate(
            outputs=Count("pk"),
            cut=Count("pk", filter=cut),
            at_limit=Count("pk", filter=at_limit),
            silent=Count("pk", filter=at_limit & is_silent),
        )
    )
    return map(dict, counted)


def _reaches_limit(speaker: SpeakerName, described: dict[str, Any]) -> Q:
    """Select outputs cut by their limit rather than by the end of the context.

    Only models on this machine allow this: providers count tokens in different ways, some without thoughts.
    """
    limit = _limit(described)
    if limit is None or described.get("backend") == "openai":
        return Q(speaker=speaker)
    return Q(speaker=speaker) & (Q(completion_tokens=None) | Q(completion_tokens__gte=limit))


def _failures(dialogues: QuerySet[Dialogue]) -> dict[str, dict[str, int]]:
    """Count the dialogues that ended because their last output was cut, by speaker and ending."""
    last = Output.objects.filter(dialogue=OuterRef("pk")).order_by("-position", "-speaker", "-attempt")
    ended = Dialogue.objects.filter(pk__in=dialogues.values("pk"), ending__in=_FAILURES.values())
    ended = ended.annotate(
        speaker=Subquery(last.values("speaker")[:1]),
        status=Subquery(last.values("status")[:1]),
        stop=Subquery(last.values("stop_reason")[:1]),
    )
    found: dict[str, dict[str, int]] = {}
    rows = ended.filter(stop="length", status__in=_FAILURES).order_by("ending").values_list("speaker", "ending")
    for speaker, ending, count in rows.annotate(Count("pk")):
        found.setdefault(speaker, {})[ending] = count
    return found
