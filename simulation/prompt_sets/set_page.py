"""The page of one version of a prompt set."""

from dataclasses import dataclass

from dialogue.prompt_file import write_prompts
from dialogue.prompts import AnyPrompts, PromptSet
from dialogue.seeds import SpeakerName
from simulation.models import Run
from simulation.prompt_sets.differences import DiffLine, differences
from simulation.prompt_sets.listing import VersionLine, version_line
from simulation.prompt_sets.usage import count_runs, runs_with
from simulation.prompt_sets.words import rules_in_words
from studies.models import PromptVersion
from studies.prompt_sets.library import find_any, list_choices, text_of

MOST_RUNS = 20
"""Number of runs that the page lists."""


@dataclass(frozen=True, slots=True)
class SetPage:
    """A version of a prompt set, with the others of its name, newest first.

    ``against`` is the reference of the set that it is compared with; empty for none.
    """

    reference: str
    prompts: AnyPrompts
    text: str
    versions: list[VersionLine]
    runs: list[Run]
    run_count: int
    against: str
    changes: list[DiffLine]

    @property
    def name(self) -> str:
        return self.reference.partition("@")[0]

    @property
    def speaker(self) -> SpeakerName:
        return self.prompts.speaker

    @property
    def is_inquirer(self) -> bool:
        return isinstance(self.prompts, PromptSet)

    @property
    def number(self) -> int | None:
        """Return the version's number; None for a built-in set."""
        return next((line.number for line in self.versions if line.reference == self.reference), None)

    @property
    def is_latest(self) -> bool:
        return not self.versions or self.versions[0].reference == self.reference

    @property
    def rules(self) -> list[tuple[str, str]]:
        return rules_in_words(self.prompts)

    @property
    def others(self) -> list[tuple[str, str]]:
        """Return the sets that it can be compared with."""
        return [choice for choice in list_choices(self.speaker) if choice[0] != self.reference]


def read_set(reference: str, against: str = "") -> SetPage:
    """Read the page. An unknown set ``against`` is ignored. Raises LookupError if there is no such version."""
    found = find_any(reference)
    runs, text = runs_with(found.reference), toml_of(found.reference)
    known = dict(list_choices(found.prompts.speaker))
    other = against if against in known else ""
    return SetPage(
        reference=found.reference,
        prompts=found.prompts,
        text=text,
        versions=_versions(found.reference),
        runs=list(runs[:MOST_RUNS]),
        run_count=runs.count(),
        against=other,
        changes=differences(toml_of(other), text) if other else [],
    )


def toml_of(reference: str) -> str:
    """Return the text of a version, as it was stored, or that of a built-in set. Raises LookupError."""
    return text_of(reference) or write_prompts(find_any(reference).prompts)


def _versions(reference: str) -> list[VersionLine]:
    counts = count_runs()
    rows = PromptVersion.objects.filter(name=reference.partition("@")[0]).select_related("created_by")
    return [version_line(row, counts[str(row)]) for row in rows.order_by("-version")]
