"""What guards have found, for pages and the command line."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from dialogue.guards.taxonomies import describe
from jobs.heartbeats import absent_worker
from studies.models import Descent, Dialogue, GuardCheck, GuardRun, Study, is_unsafe

MOST_LISTED = 20
_SAID = {"inquirer": "utterance", "responder": "response"}


@dataclass(frozen=True, slots=True)
class UnsafeDialogue:
    """A dialogue that a guard found unsafe; ``reasons`` name the turns and the categories in words."""

    dialogue: Dialogue
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DialogueVerdict:
    """What the guard ``model`` says about one dialogue; ``reasons`` name the unsafe turns."""

    model: str
    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuardResult:
    """A guard's verdicts about some dialogues: how many it is to check, and how many it has found to be what.

    ``categories`` count the dialogues by category in words, most frequent first. ``unsafe_dialogues`` are the first of them.
    """

    guard_run: GuardRun
    total: int
    safe: int
    unsafe: int
    unreadable: int
    categories: tuple[tuple[str, int], ...]
    unsafe_dialogues: tuple[UnsafeDialogue, ...]

    @property
    def done(self) -> int:
        return self.safe + self.unsafe + self.unreadable

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def more(self) -> int:
        """Return the number of unsafe dialogues that are not listed."""
        return self.unsafe - len(self.unsafe_dialogues)

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the guard."""
        return absent_worker(self.guard_run) if self.left else ""


def read_results(study: Study, dialogues: QuerySet[Dialogue]) -> list[GuardResult]:
    """Return the results of every guard that was asked about any of these dialogues of the study, oldest first."""
    found = [read_result(guard_run, dialogues) for guard_run in study.guard_runs.order_by("pk")]
    return [result for result in found if result.total]


def read_verdicts(dialogue: Dialogue) -> list[DialogueVerdict]:
    """Return what every guard that has checked the dialogue says about it."""
    checks = dialogue.guard_checks.exclude(finished_at=None).select_related("guard_run").order_by("pk")
    return [
        DialogueVerdict(
            check.guard_run.model, check.verdict, _reasons(check.guard_run.configuration["kind"], check.findings)
        )
        for check in checks
    ]


def keeps_unsafe_turns(dialogue: Dialogue) -> bool:
    """Return whether the dialogue is a branch that keeps turns of an unsafe dialogue, and so counts as unsafe, too."""
    kept = Descent.objects.filter(dialogue=dialogue, keeps_turns=True).values("ancestor")
    return Dialogue.objects.filter(is_unsafe(), pk__in=kept).exists()


def read_result(guard_run: GuardRun, dialogues: QuerySet[Dialogue]) -> GuardResult:
    """Return the guard's verdicts about these dialogues."""
    checks = guard_run.checks.filter(dialogue__in=dialogues.order_by().values("pk"))
    counts = dict(checks.order_by().values_list("verdict").annotate(count=Count("pk")))
    unsafe, kind = checks.filter(verdict="unsafe"), guard_run.configuration["kind"]
    listed = unsafe.select_related("dialogue__persona", "dialogue__goal").order_by("pk")[:MOST_LISTED]
    return GuardResult(
        guard_run=guard_run,
        total=sum(counts.values()),
        safe=counts.get("safe", 0),
        unsafe=counts.get("unsafe", 0),
        unreadable=counts.get("unreadable", 0),
        categories=_count_categories(kind, unsafe),
        unsafe_dialogues=tuple(UnsafeDialogue(check.dialogue, _reasons(kind, check.findings)) for check in listed),
    )


def _count_categories(kind: str, unsafe: QuerySet[GuardCheck]) -> tuple[tuple[str, int], ...]:
    """Count the dialogues of each category, without reading findings: they hold raw answers about every message."""
    counts: Counter[str] = Counter()
    for codes, count in unsafe.order_by().values_list("categories").annotate(Count("pk")):
        counts.update({describe(kind, code): count for code in codes})
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _reasons(kind: str, findings: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(_reason(kind, finding) for finding in findings if finding["verdict"] == "unsafe")


def _reason(kind: str, finding: dict[str, Any]) -> str:
    named = ", ".join(describe(kind, code) for code in finding["categories"]) or "no category given"
    return f"{_SAID[finding['speaker']]} of turn {finding['turn']}: {named}"
