"""The page of a job's triplets: each with its fate and the reason, filtered by fate."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from characters.context_instruct.section import JobView, view_job
from characters.models import ContextInstruct, Triplet
from characters.models.context_instruct import FATES, PARTS

TRIPLETS_A_PAGE = 50
CHOICES = {"kept": FATES["kept"], "test": PARTS["test"]} | FATES
"""The choices of the filter, in words."""


@dataclass(frozen=True, slots=True)
class TripletPage:
    """A job's triplets of one ``fate`` (empty: all), and the choices with their numbers."""

    view: JobView
    rows: Page[Triplet]
    fate: str
    choices: list[tuple[str, str, int]]

    @property
    def query(self) -> str:
        return f"fate={self.fate}" if self.fate else ""


def read_triplets(job: ContextInstruct, fate: str = "", page: str = "") -> TripletPage:
    """Read a page of the job's triplets in the order in which they were made."""
    triplets = Triplet.objects.filter(call__job=job).select_related("call").order_by("call__position", "position")
    chosen = fate if fate in CHOICES else ""
    found = {name: _of_fate(triplets, name).count() for name in CHOICES}
    choices = [(name, CHOICES[name], count) for name, count in found.items() if count]
    rows = Paginator(_of_fate(triplets, chosen), TRIPLETS_A_PAGE).get_page(page)
    return TripletPage(view_job(job), rows, chosen, choices)


def _of_fate(triplets: QuerySet[Triplet], fate: str) -> QuerySet[Triplet]:
    if not fate:
        return triplets
    return triplets.filter(split="test") if fate == "test" else triplets.filter(fate=fate)
