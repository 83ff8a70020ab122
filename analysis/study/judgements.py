"""What is analysed of a study's judgements, out of the database."""

import pandas as pd
from django.db.models import Count

from analysis.judgements import BadData, parse_judgements
from collection.models import Study
from evaluation.exports import export_all
from evaluation.models import Evaluation, Judgement


def judgements_in(study: Study) -> pd.DataFrame:
    """Those of all its evaluations, each with evaluators of its own. Raises BadData when there are none."""
    if not study.evaluations.exclude(state=Evaluation.State.PLANNED).exists():
        raise BadData(f"Study {study.slug!r} has no judgements: plan an evaluation, open it, and share its link.")
    return parse_judgements("".join(export_all(study)), f"study {study.slug}")


def judgements_by_evaluation(study: Study) -> dict[int, int]:
    """How many of them come from each evaluation, by its number."""
    counted = Judgement.objects.counted().filter(pair__evaluation__study=study).order_by("pair__evaluation__number")
    return dict(counted.values_list("pair__evaluation__number").annotate(Count("pk")))
