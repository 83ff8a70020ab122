"""The rehearsal study in tests."""

from collection.models import Participant
from evaluation.models import Evaluation
from simulation.models import Run
from studies.models import AuditLine, Dialogue, Study, Turn


def said(study: Study) -> list[tuple[str, str]]:
    """All its turns, in order."""
    turns = Turn.objects.filter(dialogue__study=study).order_by("dialogue__pk", "position")
    return list(turns.values_list("utterance", "response"))


def remove(study: Study) -> None:
    """Delete the study with all that belongs to it, in the order of dependence, and its audit lines, which would outlive it."""
    AuditLine.objects.filter(study=study).delete()
    Evaluation.objects.filter(study=study).delete()
    Run.objects.filter(study=study).delete()
    Dialogue.objects.filter(study=study).delete()
    Participant.objects.filter(study=study).delete()
    study.delete()
