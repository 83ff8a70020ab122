"""What an analysis is made of, told from anything else without reading it all."""

import hashlib
import json
from typing import Any

from django.db.models import Count, Max, Sum

from analysis.code_version import code_version
from analysis.study.sources import Chosen, counted_evaluations
from collection.models import Participant
from evaluation.models import Evaluation, Evaluator, Judgement, Pair
from studies.models import Dialogue, Study


def fingerprint(study: Study, chosen: Chosen = None) -> str:
    """Return a hash that changes whenever the analysis of the study with these evaluations would."""
    made_of = [code_version(), _data(study, counted_evaluations(study, chosen))]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True, default=str).encode()).hexdigest()


def _data(study: Study, evaluations: list[Evaluation]) -> list[Any]:
    """Counts, sums and latest times: what is stored once never changes but by leaving, or by being submitted anew."""
    judgements = Judgement.objects.counted().filter(pair__evaluation__in=evaluations)
    flagged = Evaluator.objects.filter(evaluation__in=evaluations).exclude(flag="").order_by("pk")
    dialogues = Dialogue.objects.filter(study=study).exclude(ended_at=None)
    people = Participant.objects.filter(study=study, persona__isnull=False)
    return [
        [(one.number, one.state) for one in evaluations],
        judgements.aggregate(count=Count("pk"), keys=Sum("pk"), latest=Max("submitted_at")),
        list(flagged.values_list("pk", flat=True)),
        Pair.objects.filter(evaluation__in=evaluations, withdrawn_at__isnull=False).count(),
        dialogues.aggregate(count=Count("pk"), keys=Sum("pk"), latest=Max("ended_at")),
        people.aggregate(count=Count("pk"), keys=Sum("pk")),
        list(study.goals.order_by("pk").values_list("pk", "number", "domain", "text")),
    ]
