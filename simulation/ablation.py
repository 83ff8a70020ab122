"""Ablations: the same run with other persona features in each (paper, section 3.2, table 2)."""

from collections.abc import Iterator, Sequence

from simulation.requests import RequestError
from studies.models import Study
from studies.questionnaires import read_features

ABLATION = "ablation"
"""Stands for all conditions of a study where features are named."""


def conditions_of(study: Study) -> tuple[str, ...]:
    """Return what the persona sentence may use in each run of an ablation, in the order of table 2: no feature, each of the
    study's own features alone, and all of them. Raises RequestError if the study has no features."""
    features = [feature.key for feature in read_features(study.questionnaire)]
    if not features:
        raise RequestError(
            f"The questionnaire of study {study.slug!r} has no features, so there is nothing to leave out. Add some first.",
            "features",
        )
    return ("none", *features, "all")


def chosen_conditions(study: Study, asked: str | Sequence[str]) -> tuple[str, ...]:
    """Return the features of each run that is ``asked`` for, by names or by a text with commas between them. Raises
    RequestError for an ablation of a study without features; other names are checked with their run's request."""
    names = [part.strip() for part in asked.split(",")] if isinstance(asked, str) else asked
    return tuple(dict.fromkeys(_expanded(study, names)))


def _expanded(study: Study, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if name == ABLATION:
            yield from conditions_of(study)
        else:
            yield name
