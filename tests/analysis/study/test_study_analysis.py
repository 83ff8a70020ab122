"""A study's complete analysis, from which its files and its page are created."""

import pytest

from analysis.code_version import code_version
from analysis.study.study_analysis import analyse_study
from tests.analysis.study.factories import judge, make_flagged, make_judged_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study

pytestmark = pytest.mark.django_db


def test_a_study_that_nobody_has_judged_has_tables_of_its_dialogues() -> None:
    portfolio = analyse_study(make_judged_study(), None, lambda step: None).portfolio
    assert portfolio.judged is None
    assert "has no judgements. Plan an evaluation" in portfolio.text
    assert {"table-1", "table-2", "comparison"} <= {table.name for table in portfolio.tables}
    assert {"figure-8", "figure-3"} <= {drawing.name for drawing in portfolio.drawings}


def test_the_report_names_its_data_sources_and_caveats() -> None:
    study = make_judged_evaluation().study
    study.evaluations.update(is_rehearsed=True, judges_per_pair=2)
    make_flagged(study)
    make_evaluation(study, title="Second round")
    judge(make_evaluator(study.evaluations.get(number=2)), True)
    study.evaluations.filter(number=1).update(state="open")
    report = analyse_study(study, [1], lambda step: None).portfolio.text
    made_of, others, rehearsed, still_open, several, flagged, *_ = report.split("\n\n")
    assert made_of.startswith(f"{study.title}: 8 judgements of Evaluation 1 (open, 8 judgements), ")
    assert made_of.endswith(f"computed by {code_version()}.")
    assert others == "Not counted: Second round (open, 1 judgement)."
    assert "are synthetic" in rehearsed
    assert "still open" in still_open
    assert "Several evaluators judged" in several
    assert "by flagged evaluators (4)" in flagged
