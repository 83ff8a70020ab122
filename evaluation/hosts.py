"""What an evaluation belongs to, as evaluators' pages name it."""

from dataclasses import dataclass

from characters.models import Benchmark
from enrolment.protocol import Host
from evaluation.kinds.answers import answer_texts
from evaluation.models import Evaluation
from studies.languages import ENGLISH

_LANGUAGES = {"en": ENGLISH, "zh": "zh-hans"}


@dataclass(frozen=True, slots=True)
class BenchmarkHost:
    """A benchmark for people. Its own name could name the models whose answers they compare, so they see another title."""

    title: str
    slug: str
    language: str


def host_of(evaluation: Evaluation) -> Host:
    """Return the evaluation's study, or what stands for its benchmark."""
    if evaluation.benchmark is None:
        return evaluation.study
    language = pages_language(evaluation.benchmark)
    return BenchmarkHost(answer_texts(language)["title"], evaluation.place, language)


def pages_language(benchmark: Benchmark) -> str:
    """Return the language of the pages on which people judge the benchmark's answers: that of the answers."""
    return _LANGUAGES[benchmark.language]
