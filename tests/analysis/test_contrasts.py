"""Adjusting p values."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analysis.contrasts import holm


@settings(max_examples=12)  # statsmodels collects garbage each time
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holms_p_values_are_those_of_statsmodels(p_values: list[float]) -> None:
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])
