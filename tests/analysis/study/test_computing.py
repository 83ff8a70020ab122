"""A study's whole analysis, as its files and its page are made of it."""

import pytest

from analysis.code_version import code_version
from analysis.study.computing import analyse_study
from tests.analysis.study.factories import make_flagged, make_judged_evaluation
from tests.evaluation.factories import make_judged_study

pytestmark = pytest.mark.django_db


def test_a_study_that_nobody_has_judged_has_tables_of_its_dialogues() -> None:
    portfolio = analyse_study(make_judged_study(), lambda step: None).portfolio
    assert portfolio.judged is None
    assert "has no judgements: plan an evaluation" in portfolio.text
    assert {"table-1", "table-2", "comparison"} <= {table.name for table in portfolio.tables}
    assert {"figure-8", "figure-3"} <= {drawing.name for drawing in portfolio.drawings}


def test_the_report_says_what_it_is_made_of_and_what_to_mind() -> None:
    study = make_judged_evaluation().study
    study.evaluations.update(is_rehearsed=True, judges_per_pair=2)
    make_flagged(study)
    report = analyse_study(study, lambda step: None).portfolio.text
    made_of, rehearsed, still_open, several, flagged, *_ = report.split("\n\n")
    assert made_of.startswith(f"{study.title}: 8 judgements, ")
    assert made_of.endswith(f"computed by {code_version()}.")
    assert "are made up" in rehearsed
    assert "still open" in still_open
    assert "judged by several evaluators" in several
    assert "flagged evaluators are among them (4)" in flagged
