"""All measures, in the order of the page."""

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
    return [*MEASURES, *style_measures(language), *spelling, *stopping]
