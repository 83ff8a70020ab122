"""All measures, in the order of the page."""

from collections.abc import Sequence

from analysis.statistics.fidelity.length_measures import MEASURES
from analysis.statistics.fidelity.measure import Measure
from analysis.statistics.fidelity.spelling import has_dictionary
from analysis.statistics.fidelity.stopping import STOPPING
from analysis.statistics.fidelity.style_measures import misspellings, style_measures
from analysis.statistics.spoken import ENGLISH


def measures_for(language: str) -> list[Measure]:
    """Return the measures that are defined for the language, an ISO 639 code: some recognise English words only."""
    spelling = [misspellings(language)] if has_dictionary(language) else []
    stopping = [STOPPING] if language == ENGLISH else []
    lengths = [one for one in MEASURES if language == ENGLISH or not one.is_english]
    return [*lengths, *style_measures(language), *spelling, *stopping]


def missing_from(measures: Sequence[Measure]) -> list[Measure]:
    """Return the English measures that are not among these of another language."""
    present = {measure.name for measure in measures}
    return [measure for measure in measures_for(ENGLISH) if measure.name not in present]
