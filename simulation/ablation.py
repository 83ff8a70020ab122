"""Ablations: the same run with other persona features in each (paper, section 3.2, table 2)."""

from collections.abc import Iterator, Sequence

from simulation.requests import RequestError
from studies.models import Study
from studies.questionnaires import read_features
from studies.questions.sentences import template_of

ABLATION = "ablation"
"""Stands for all conditions of a study where features are named."""


def conditions_of(study: Study) -> tuple[str, ...]:
    """Return what the persona sentence may use in each run of an ablation, in the order of table 2: no feature, each of the
    study's own features in its sentence alone, and all of them. Raises RequestError if the study has no features."""
    features = sentence_features(study)
    if not features:
        raise RequestError(
            f"The questionnaire of study {study.slug!r} has no features, so there is nothing to leave out. Add some first.",
            "features",
        )
    return ("none", *features, "all")


def sentence_features(study: Study) -> list[str]:
    """Return the features that the study's persona sentence uses, in the order of its form."""
    used = template_of(study.persona_template).keys
    return [feature.key for feature in read_features(study.questionnaire) if feature.key in used]


def check_features(study: Study, features: str) -> None:
    """Raise RequestError unless this is "all", "none" or a feature of the study's persona sentence."""
    known = ("all", "none", *sentence_features(study))
    if features not in known:
        raise RequestError(
            f"Unknown feature {features!r}. Choose from: {', '.join(known)}, or ablation for a run with each.",
            "features",
        )


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
