"""The dialogues that guards may check."""

from django.db.models import Exists, OuterRef, QuerySet

from simulation.models import Run
from studies.models import Dialogue, Study, Turn


def dialogues_of_run(run: Run) -> QuerySet[Dialogue]:
    """Return the run's ended dialogues in which something was said, without failed ones that were tried again."""
    return _ended().filter(simulation__run=run)


def dialogues_of_study(study: Study) -> QuerySet[Dialogue]:
    """Return the study's simulated dialogues of that kind and, if the study says so, the natural ones."""
    kinds = [Dialogue.Kind.SIMULATED, *([Dialogue.Kind.NATURAL] if study.guards_natural else [])]
    return _ended().filter(study=study, kind__in=kinds)


def _ended() -> QuerySet[Dialogue]:
    has_turns = Exists(Turn.objects.filter(dialogue=OuterRef("pk")))
    return Dialogue.objects.filter(has_turns, ended_at__isnull=False, is_replaced=False).order_by("pk")
