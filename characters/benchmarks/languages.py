"""The language of a benchmark."""

from typing import cast

from characters.models import Benchmark
from rolellm.languages import Language


def language_of(benchmark: Benchmark) -> Language:
    """Return the benchmark's language."""
    return cast(Language, benchmark.language)
