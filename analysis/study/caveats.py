"""What to mind about a study's analysis, whatever comes out."""

from collections.abc import Iterator

from collection.models import Study
from evaluation.models import Evaluation


def caveats_of_data(study: Study) -> Iterator[str]:
    """About everything that is made of its judgements."""
    evaluations = study.evaluations.all()
    if evaluations.filter(is_rehearsed=True).exists():
        yield "These judgements are made up, to try the software: they are no results."
    if evaluations.filter(state=Evaluation.State.OPEN).exists():
        yield "An evaluation is still open: whoever stops, or goes on, because of what they see here makes it worthless."


def caveats_of_models(study: Study) -> Iterator[str]:
    """About the mixed models."""
    if study.evaluations.filter(judges_per_pair__gt=1).exists():
        yield "Pairs were judged by several evaluators: the models do not know which judgements are about the same pair."
