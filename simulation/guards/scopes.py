"""The dialogues that guards may check."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from simulation.models import Run
from studies.models import Dialogue, Study, Turn


def dialogues_of_run(run: Run) -> QuerySet[Dialogue]:
    """Return the run's ended dialogues in which something was said, without failed ones that were tried again."""
    return _ended().filter(simulation__run=run)


def dialogues_of_study(study: Study) -> QuerySet[Dialogue]:
    """Return the study's simulated dialogues of that kind with their branches and, if the study says so, all dialogues.

    Without that, a branch is only checked if its original is simulated, because it may contain a person's words.
    """
    simulated = Q(kind=Dialogue.Kind.SIMULATED) | Q(branch__parent__kind=Dialogue.Kind.SIMULATED)
    of_study = _ended().filter(study=study)
    return of_study if study.guards_natural else of_study.filter(simulated)


def _ended() -> QuerySet[Dialogue]:
    has_turns = Exists(Turn.objects.filter(dialogue=OuterRef("pk")))
    return Dialogue.objects.filter(has_turns, ended_at__isnull=False, is_replaced=False).order_by("pk")
