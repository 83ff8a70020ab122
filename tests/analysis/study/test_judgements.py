"""A study's judgements on their way from the database to the statistics."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from analysis.judgements import BadData
from analysis.study.judgements import judgements_in
from tests.analysis.study.factories import judge, make_judged_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator
from tests.factories import make_study

pytestmark = pytest.mark.django_db


def test_judgements_are_read_as_they_are_exported() -> None:
    frame = judgements_in(make_judged_evaluation().study)
    assert frame["detected"].tolist() == [1, 1, 0, 0, 1, 0, 1, 1]
    assert frame["choice"].tolist()[:4] == ["simulated", "simulated", "natural", "not sure"]
    assert set(frame["participant"]) == {"1-e-001", "1-e-002"}
    assert set(frame["model"]) == {"mixtral", "gpt-4"}
    assert frame["duration"].tolist() == [30.0] * 8


def test_evaluators_of_two_evaluations_are_different_people() -> None:
    study = make_judged_evaluation().study
    judge(make_evaluator(make_evaluation(study)), True, True)
    frame = judgements_in(study)
    assert (len(frame), set(frame["participant"])) == (10, {"1-e-001", "1-e-002", "2-e-001"})


def test_a_study_that_nobody_has_judged_says_what_to_do() -> None:
    with pytest.raises(BadData, match="plan an evaluation, open it, and share its link"):
        judgements_in(make_study("another"))
    with pytest.raises(BadData, match="no judgements"):
        judgements_in(make_evaluation().study)


def test_the_command_analyses_a_study(tmp_path: Path) -> None:
    study = make_judged_evaluation().study
    printed = StringIO()
    call_command("analyse", "--study", study.slug, "--out", str(tmp_path), stdout=printed, stderr=StringIO())
    assert "over 8 judgements" in printed.getvalue()
    assert (tmp_path / "results.json").exists()


def test_the_command_refuses_a_study_that_is_not_there_or_has_nothing(tmp_path: Path) -> None:
    make_study()
    for slug, words in (("nowhere", "no study 'nowhere'"), ("demo", "has no judgements.*no dialogues either")):
        with pytest.raises(CommandError, match=words) as refusal:
            call_command("analyse", "--study", slug, "--out", str(tmp_path / "out"), stderr=StringIO())
        assert refusal.value.returncode == 2
    assert not (tmp_path / "out").exists()
