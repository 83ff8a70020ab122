"""Every design gets a result, and a doubtful result is marked."""

from math import isfinite

import numpy as np
import pytest

from analysis.statistics.mixed_models import MixedModel, fit_detected, fit_linear
from tests.analysis.studies import draw_any_design
from tests.thoroughness import IS_THOROUGH

DESIGNS = 400 if IS_THOROUGH else 40
CHUNKS = 8


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_design_breaks_the_fits_and_none_is_silently_doubtful(chunk: int) -> None:
    random = np.random.default_rng(chunk)
    for _ in range(DESIGNS // CHUNKS):
        frame = draw_any_design(random)
        for model in (fit_detected(frame), fit_linear(frame, "utterance_number"), fit_linear(frame, "duration")):
            check(model)


def check(model: MixedModel) -> None:
    """Check what each status promises."""
    if model.status in ("ok", "singular"):
        assert all(effect and effect.se and isfinite(effect.se) for effect in model.effects.values())
        assert model.test is not None
        assert 0 <= model.test.p <= 1
        assert all(contrast.found and contrast.found.p is not None for contrast in model.contrasts)
        assert (model.status == "singular") == (0 in model.sd.values())
    else:
        assert model.message
        assert model.test is None
    if model.status in ("not_converged", "not_applicable"):
        assert not model.contrasts
