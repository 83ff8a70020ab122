"""The dialogues that guards may check: a branch is checked with the dialogue from which it descends."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from simulation.models import Run, Simulation
from studies.models import Descent, Dialogue, Study, Turn


@dataclass(frozen=True, slots=True)
class Scope:
    """Dialogues of a study that a page lets guards check together.

    ``page`` is the address of that page, ``section`` that of its part about guards. ``is_natural``: people wrote in them.
    """

    study: Study
    dialogues: QuerySet[Dialogue]
    page: str
    section: str
    is_natural: bool = False


def scope_of_run(run: Run) -> Scope:
    """Return what the run's page lets guards check."""
    page, section = (reverse(name, args=[run.token]) for name in ("run", "run-guards"))
    return Scope(run.study, dialogues_of_run(run), page, section)


def scope_of_natural(study: Study) -> Scope:
    """Return what the page of a study's collection lets guards check, if its rules allow it: runs have pages of their own."""
    page, section = (reverse(name, args=[study.slug]) for name in ("collecting", "study-guards"))
    return Scope(study, natural_dialogues(study), page, section, is_natural=True)


def dialogues_of_run(run: Run) -> QuerySet[Dialogue]:
    """Return the run's ended dialogues in which something was said, without failed ones that were tried again, and their
    branches, those of failed ones too."""
    cells = Simulation.objects.filter(run=run).values("dialogue")
    of_run = Q(ancestor__simulation__run=run) | Q(ancestor__failed_try__cell__run=run)
    return _ended().filter(Q(pk__in=cells) | Q(pk__in=Descent.objects.filter(of_run).values("dialogue")))


def dialogues_of_study(study: Study) -> QuerySet[Dialogue]:
    """Return the study's simulated dialogues of that kind and, if the study's rules include them, the natural ones."""
    of_study = _ended().filter(study=study)
    return of_study if study.guards_natural else of_study.exclude(_is_natural())


def natural_dialogues(study: Study) -> QuerySet[Dialogue]:
    """Return the study's natural dialogues of that kind, which guards may check only if the study's rules include them."""
    return _ended().filter(_is_natural(), study=study)


def _is_natural() -> Q:
    descends = Descent.objects.filter(ancestor__kind=Dialogue.Kind.NATURAL).values("dialogue")
    return Q(kind=Dialogue.Kind.NATURAL) | Q(pk__in=descends)


def _ended() -> QuerySet[Dialogue]:
    has_turns = Exists(Turn.objects.filter(dialogue=OuterRef("pk")))
    return Dialogue.objects.filter(has_turns, ended_at__isnull=False, is_replaced=False).order_by("pk")
