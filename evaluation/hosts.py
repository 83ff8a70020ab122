"""What an evaluation belongs to, as evaluators' pages name it."""

from dataclasses import dataclass

from enrolment.protocol import Host
from evaluation.kinds.answers import answer_texts
from evaluation.models import Evaluation
from studies.languages import ENGLISH


@dataclass(frozen=True, slots=True)
class BenchmarkHost:
    """A benchmark for people. Its own name could name the models whose answers they compare, so they see another title."""

    title: str
    slug: str
    language: str = ENGLISH


def host_of(evaluation: Evaluation) -> Host:
    """Return the evaluation's study, or what stands for its benchmark."""
    return (
        evaluation.study if evaluation.benchmark is None else BenchmarkHost(answer_texts()["title"], evaluation.place)
    )
