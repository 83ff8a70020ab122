"""Runs that one command plays in its process, with the cells that it requested."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from simulation.cells import Cells
from simulation.costs import Cost, cost_of
from simulation.diversity import diversity_lines, diversity_of
from simulation.figures import cuts_of_run
from simulation.inquirer_names import name_inquirers
from simulation.models import Run
from simulation.reports import Throughput, as_object
from simulation.statistics import Summary, summarise
from studies.cut_outputs import Cut

_CUT_FIELDS = ("outputs", "cut", "cramped", "max_tokens", "failures")


NOT_PLAYED = Throughput(None, None)


@dataclass
class Part:
    """The requested cells of one run, and the speed at which this process played them. Read the figures after the work."""

    run: Run
    cells: Cells
    throughput: Throughput = NOT_PLAYED

    @property
    def left(self) -> int:
        """Return the number of cells that have not ended."""
        return self.cells.filter(finished_at=None).count()

    @cached_property
    def summary(self) -> Summary:
        return summarise(self.cells)

    @cached_property
    def cost(self) -> Cost | None:
        """Return what the whole run has cost."""
        return cost_of(Run.objects.get(pk=self.run.pk))

    @cached_property
    def cuts(self) -> list[Cut]:
        return cuts_of_run(self.run, self.cells)

    def as_object(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        cut = {one.speaker: {name: getattr(one, name) for name in _CUT_FIELDS} for one in self.cuts}
        return as_object(self.summary, self.throughput) | {"cut": cut, "cost": self.cost and self.cost.as_object()}

    def as_named_object(self) -> dict[str, Any]:
        """Return the figures for JSON, with the run that they belong to."""
        return {
            "run": self.run.token,
            "inquirer": self.run.inquirer,
            "responder": self.run.responder,
            "features": self.run.features,
        } | self.as_object()


def compare_diversity(parts: Sequence[Part]) -> Iterator[str]:
    """Yield the lines of the paper's table 2, which is what an ablation is for; none if all parts have the same persona
    features. Name the inquirer of each row if there are several."""
    if len({part.run.features for part in parts}) < 2:
        return
    inquirers = name_inquirers(part.run for part in parts)
    several = len(set(inquirers.values())) > 1
    features = [part.run.features_in_words for part in parts]
    names = [f"{inquirers[part.run.pk]}, {of}" if several else of for part, of in zip(parts, features, strict=True)]
    yield "Lexical diversity of the inquirer, mean (variance) over dialogues"
    yield from diversity_lines([(name, diversity_of([part.summary])) for name, part in zip(names, parts, strict=True)])
