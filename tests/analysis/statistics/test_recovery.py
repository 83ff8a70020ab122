"""Confidence intervals contain the true value as often as they claim."""

from concurrent.futures import ProcessPoolExecutor
from itertools import combinations

import numpy as np
import pytest

from analysis.statistics.mixed_models import fit_detected
from tests.analysis.studies import MODELS, draw_paper_study
from tests.thoroughness import IS_THOROUGH

STUDIES, MARGIN = (1000, 0.015) if IS_THOROUGH else (120, 0.03)
"""Of fewer studies the coverage is known less closely."""
LOG_ODDS = [0.75, 0.8, 0.25, 1.4]
"""About the paper's rates of detection (table 3)."""
SD = (0.7, 0.3)


def covered(seed: int) -> list[bool]:
    """Return whether the unadjusted 95% interval of each contrast of one study contains the true value."""
    model = fit_detected(draw_paper_study(np.random.default_rng([73, seed]), LOG_ODDS, SD))
    truths = [LOG_ODDS[a] - LOG_ODDS[b] for a, b in combinations(range(len(MODELS)), 2)]
    found = [contrast.found for contrast in model.contrasts]
    return [
        abs(one.estimate - truth) <= 1.959964 * one.se
        for one, truth in zip(found, truths, strict=True)
        if one is not None and one.se is not None
    ]


@pytest.mark.timeout(600)
@pytest.mark.computes
def test_intervals_of_studies_of_the_papers_size_cover_the_truth() -> None:
    with ProcessPoolExecutor(2) as pool:
        hits = [hit for study in pool.map(covered, range(STUDIES), chunksize=50) for hit in study]
    assert len(hits) == STUDIES * 6
    assert abs(np.mean(hits) - 0.95) <= MARGIN
