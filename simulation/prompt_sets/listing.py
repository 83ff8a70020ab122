"""The list of prompt sets, the built-in ones first, with their versions and the runs that use each."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dialogue import prompts
from dialogue.prompts import AnyPrompts
from dialogue.seeds import SpeakerName
from simulation.prompt_sets.usage import count_runs
from studies.models import PromptVersion


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version, with the number of runs that use it. A built-in set has one version, without a number, date and author."""

    reference: str
    runs: int
    number: int | None = None
    created_at: datetime | None = None
    author: str = ""


@dataclass(frozen=True, slots=True)
class SetLine:
    """A prompt set with its versions, newest first, and the content of the newest."""

    name: str
    prompts: AnyPrompts
    versions: list[VersionLine]

    @property
    def speaker(self) -> SpeakerName:
        return self.prompts.speaker

    @property
    def is_built_in(self) -> bool:
        return self.versions[0].number is None


def list_sets() -> list[SetLine]:
    """Return all prompt sets: the site's own ones, then the built-in ones, each by name."""
    counts, own = count_runs(), defaultdict(list)
    for row in PromptVersion.objects.select_related("created_by").order_by("name", "-version"):
        own[row.name].append(row)
    lines = [
        SetLine(name, rows[0].prompts, [version_line(row, counts[str(row)]) for row in rows])
        for name, rows in own.items()
    ]
    return lines + [SetLine(name, found, [VersionLine(name, counts[name])]) for name, found in _built_in()]


def version_line(row: PromptVersion, runs: int) -> VersionLine:
    """Return the stored version with the number of its runs."""
    author = row.created_by.get_username() if row.created_by else ""
    return VersionLine(str(row), runs, row.version, row.created_at, author)


def _built_in() -> Iterator[tuple[str, AnyPrompts]]:
    yield from prompts.inquirers().items()
    yield from prompts.responders().items()
