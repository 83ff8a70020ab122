"""The documentation defines every symptom and every measure."""

import re
from pathlib import Path

import pytest

from analysis.statistics.fidelity.catalogue import measures_for
from analysis.statistics.health.catalogue import SYMPTOMS

_TEXT = (Path(__file__).parents[3] / "docs" / "humanness.md").read_text("utf-8")
_LABELS = [*(one.label for one in SYMPTOMS), *(one.label for one in measures_for("en"))]


@pytest.mark.parametrize("label", _LABELS)
def test_it_is_defined_in_a_row_of_a_table(label: str) -> None:
    rows = [line.split(" | ")[0] for line in _TEXT.splitlines() if line.startswith("| ")]
    name = re.sub(r" \((inquirer|responder)\)$", "", label)
    assert any(name in row for row in rows)
