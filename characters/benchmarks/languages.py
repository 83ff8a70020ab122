"""The language of a benchmark."""

from typing import cast

from characters.models import Benchmark
from rolellm.languages import Language

LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh": "Chinese"}


def language_of(benchmark: Benchmark) -> Language:
    """Return the benchmark's language."""
    return cast(Language, benchmark.language)
