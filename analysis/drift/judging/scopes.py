"""The dialogues whose turns a page lets a judge score together."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from characters.turn_judging.turns import with_played_turns
from simulation.models import Run
from studies.models import Dialogue, Study, Turn


@dataclass(frozen=True, slots=True)
class Scope:
    """Dialogues of a study. ``page`` is the address of the page, ``section`` that of its part about judges."""

    study: Study
    dialogues: QuerySet[Dialogue]
    page: str
    section: str


def scope_of_run(run: Run) -> Scope:
    """Return the run's dialogues with characters."""
    page, section = (reverse(name, args=[run.token]) for name in ("humanness", "run-turn-judgings"))
    return Scope(run.study, _with_turns(Dialogue.objects.filter(simulation__run=run)), page, section)


def scope_of_study(study: Study) -> Scope:
    """Return the study's simulated dialogues with characters."""
    page, section = (reverse(name, args=[study.slug]) for name in ("analysis", "study-turn-judgings"))
    return Scope(study, _with_turns(study.dialogues.all()), page, section)


def _with_turns(dialogues: QuerySet[Dialogue]) -> QuerySet[Dialogue]:
    return with_played_turns(dialogues).filter(Exists(Turn.objects.filter(dialogue=OuterRef("pk"))))
