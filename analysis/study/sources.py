"""The data sources of a study's analysis: the evaluations that count, their caveats, and a hash of all data.

The closed evaluations count, or those that a researcher chose. While an evaluation is open, researchers and others may try its
link, and results would change with every visitor.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Sum

from analysis.code_version import code_version
from analysis.drift.played_dialogues import known_by, scored_by
from collection.models import Participant
from evaluation.models import Evaluation, Evaluator, Judgement, Pair
from studies.models import Dialogue, Study, excluded_in
from studies.recorded_roles import ROLE

Chosen = Collection[int] | None
"""Numbers of the chosen evaluations; None means those that are closed when the analysis is computed."""
Factors = Sequence[str]
"""What the mixed models compare, in the order of ``analysis.statistics.factors``; empty means the inquirer models."""


@dataclass(frozen=True, slots=True)
class Source:
    """An evaluation that has been opened, its number of judgements, and whether they count."""

    evaluation: Evaluation
    judgements: int
    is_counted: bool

    @property
    def is_open(self) -> bool:
        return self.evaluation.state == Evaluation.State.OPEN

    def __str__(self) -> str:
        noun = "judgement" if self.judgements == 1 else "judgements"
        return f"{self.evaluation} ({self.evaluation.get_state_display()}, {self.judgements} {noun})"


def read_sources(study: Study, chosen: Chosen) -> list[Source]:
    """Return the study's evaluations that have been opened, in order."""
    counts = _counts(study)
    opened = study.evaluations.exclude(state=Evaluation.State.PLANNED).order_by("number")
    return [Source(one, counts.get(one.number, 0), _is_counted(one, chosen)) for one in opened]


def counted_evaluations(study: Study, chosen: Chosen) -> list[Evaluation]:
    """Return the sources whose judgements count."""
    return [source.evaluation for source in read_sources(study, chosen) if source.is_counted]


def as_chosen(study: Study, numbers: Collection[int]) -> list[int] | None:
    """Return the choice as stored in a report: None if exactly the closed evaluations are chosen, so that evaluations closed
    later count, too."""
    closed = {one.number for one in counted_evaluations(study, None)}
    return None if set(numbers) == closed else sorted(numbers)


def _is_counted(evaluation: Evaluation, chosen: Chosen) -> bool:
    return evaluation.state == Evaluation.State.CLOSED if chosen is None else evaluation.number in chosen


def _counts(study: Study) -> Mapping[int, int]:
    """Return the number of usable judgements by evaluation number."""
    counted = Judgement.objects.counted().filter(pair__evaluation__study=study).order_by("pair__evaluation__number")
    return dict(counted.values_list("pair__evaluation__number").annotate(Count("pk")))


def caveats_of_data(sources: Sequence[Source]) -> Iterator[str]:
    """Yield caveats about all results from those ``sources`` that count."""
    counted = [source for source in sources if source.is_counted]
    if any(source.evaluation.is_rehearsed for source in counted):
        yield "These judgements are synthetic, for trying out the software. The results mean nothing."
    for source in counted:
        if source.is_open:
            yield (
                f"{source.evaluation} is still open, and its judgements were chosen to count: stopping or continuing because "
                "of these results would invalidate the evaluation. Its evaluators may include people who only tried the link."
            )


def caveats_of_models(sources: Sequence[Source]) -> Iterator[str]:
    """Yield caveats about the mixed models."""
    if any(source.evaluation.judges_per_pair > 1 for source in sources if source.is_counted):
        yield "Several evaluators judged the same pair. The mixed models do not account for judgements about the same pair."


def uncounted(sources: Sequence[Source]) -> str:
    """Return a sentence about evaluations with judgements that do not count; empty if there are none."""
    left = [str(source) for source in sources if source.judgements and not source.is_counted]
    return f"Not counted: {', '.join(left)}." if left else ""


def fingerprint(study: Study, chosen: Chosen = None, factors: Factors = ()) -> str:
    """Return a hash that changes whenever the result of analysing these evaluations by these factors would change."""
    made_of = [code_version(), _data(study, counted_evaluations(study, chosen)), *factors]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True, default=str).encode()).hexdigest()


def _data(study: Study, evaluations: list[Evaluation]) -> list[Any]:
    """Return counts, sums and latest times, which suffice because stored rows change only by withdrawal or resubmission."""
    judgements = Judgement.objects.counted().filter(pair__evaluation__in=evaluations)
    flagged = Evaluator.objects.filter(evaluation__in=evaluations).exclude(flag="").order_by("pk")
    ended = Dialogue.objects.filter(study=study, is_replaced=False).exclude(ended_at=None)
    dialogues = ended.exclude(kind=Dialogue.Kind.BRANCH)
    people = Participant.objects.filter(study=study, persona__isnull=False)
    return [
        [(one.number, one.state) for one in evaluations],
        judgements.aggregate(count=Count("pk"), keys=Sum("pk"), latest=Max("submitted_at")),
        list(flagged.values_list("pk", flat=True)),
        Pair.objects.filter(evaluation__in=evaluations, withdrawn_at__isnull=False).count(),
        dialogues.aggregate(count=Count("pk"), keys=Sum("pk"), latest=Max("ended_at")),
        people.aggregate(count=Count("pk"), keys=Sum("pk")),
        list(study.goals.order_by("pk").values_list("pk", "number", "domain", "text")),
        known_by(study),
        scored_by(dialogues),
        excluded_in(study),
    ]


def offered_factors(study: Study) -> list[str]:
    """Return what the mixed models of the study can compare beside the inquirer models: what its dialogues with characters
    differ in, and its conditions."""
    dialogues = study.dialogues.filter(kind=Dialogue.Kind.SIMULATED)
    has_characters = dialogues.filter(inquirer__has_key=ROLE).exists()
    has_responders = dialogues.filter(responder__has_key=ROLE).exists()
    return [
        *(["elicitation", "character"] if has_characters else []),
        *(["responder_character"] if has_responders else []),
        *(["condition"] if study.conditions.exists() else []),
    ]
