"""Reading a study's judgements from the database for the statistics."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pandas.testing import assert_frame_equal

from analysis.statistics.judgements import BadData, read_judgements
from analysis.study.sources import as_chosen
from analysis.study.study_data import judgements_in
from evaluation.exports import export_all
from evaluation.models import Judgement, Pair
from evaluation.planning.opening import close_evaluation
from studies.models import AuditLine, Study
from tests.analysis.study.factories import judge, make_flagged, make_judged_evaluation
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, presentations_of
from tests.factories import make_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures_without_images")]


def test_judgements_are_read_as_they_are_exported() -> None:
    frame = judgements_in(make_judged_evaluation().study)
    assert frame["detected"].tolist() == [1, 1, 0, 0, 1, 0, 1, 1]
    assert frame["choice"].tolist()[:4] == ["simulated", "simulated", "natural", "not sure"]
    assert set(frame["participant"]) == {"1-e-001", "1-e-002"}
    assert set(frame["model"]) == {"mixtral", "gpt-4"}
    assert frame["duration"].tolist() == [30.0] * 8


def judge_oddly(study: Study) -> None:
    """Store one evaluator's four judgements with unusual names, numbers and a domain."""
    presentations = presentations_of(make_evaluator(make_evaluation(study)))
    names = ("=HYPERLINK(1)", "gpt\u20114\u200b", " two\n lines ", "größer")
    for name, presentation in zip(names, presentations, strict=True):
        Pair.objects.filter(pk=presentation.pair_id).update(model=name, person="NA")
    goal = presentations[0].pair.goal
    assert goal is not None
    study.goals.filter(pk=goal.pk).update(domain="N/A")
    make_judgement(presentations[0], active_seconds=None)
    make_judgement(presentations[1], active_seconds=12.3454999, utterance_number=Judgement.NO_SINGLE_UTTERANCE)
    make_judgement(presentations[2], active_seconds=0.0005, detected=None)
    make_judgement(presentations[3], active_seconds=2e6 / 3, detected=False)


def test_odd_names_and_missing_values_are_read_as_from_a_csv(tmp_path: Path) -> None:
    study = make_judged_evaluation().study
    judge_oddly(study)
    make_flagged(study)
    path = tmp_path / "judgements.csv"
    path.write_text("".join(export_all(study)), "utf-8")
    frame = judgements_in(study, [1, 2])
    assert_frame_equal(frame, read_judgements(path), check_exact=True, check_index_type=False)
    odd = frame[frame["participant"] == "2-e-001"]
    assert odd["model"].tolist() == ["=HYPERLINK(1)", "gpt-4", "two lines", "größer"]
    assert odd["duration"].fillna(-1).tolist() == [-1, 12.345, 0.001, 666666.667]
    assert odd["utterance_number"].isna().tolist() == [False, True, False, False]
    assert odd["domain"].isna().tolist()[0]
    assert frame["flagged"].tolist() == [1] * 4 + [0] * 4 + [1] * 4


def test_values_that_csv_cannot_represent_are_refused_with_their_row() -> None:
    study = make_judged_evaluation().study
    first = Judgement.objects.filter(pk=Judgement.objects.earliest("pk").pk)
    first.update(active_seconds=1e200)
    with pytest.raises(BadData, match=r"study demo, row 2: duration is '1e\+200', but must be between"):
        judgements_in(study)
    first.update(active_seconds=1)
    Pair.objects.filter(judgements__in=first).update(model="overall")
    with pytest.raises(BadData, match="study demo, row 2: model is 'overall', but must be another name"):
        judgements_in(study)


def test_evaluators_of_two_evaluations_are_different_people() -> None:
    study = make_judged_evaluation().study
    judge(make_evaluator(make_evaluation(study)), True, True)
    frame = judgements_in(study, [1, 2])
    assert (len(frame), set(frame["participant"])) == (10, {"1-e-001", "1-e-002", "2-e-001"})


def test_an_open_evaluation_counts_only_where_it_was_chosen() -> None:
    study = make_judged_evaluation().study
    second = make_evaluation(study)
    judge(make_evaluator(second), True, True)
    assert set(judgements_in(study)["participant"]) == {"1-e-001", "1-e-002"}
    assert set(judgements_in(study, [2])["participant"]) == {"2-e-001"}
    close_evaluation(second)
    assert len(judgements_in(study)) == 10


def test_the_reason_why_no_judgements_count_is_given() -> None:
    study = make_judged_evaluation().study
    with pytest.raises(BadData, match="No evaluation of study 'demo' was chosen"):
        judgements_in(study, [])
    study.evaluations.update(state="open")
    with pytest.raises(BadData, match=r"no closed evaluation\. An open one counts only if you choose it: Evaluation 1"):
        judgements_in(study)


def test_what_is_chosen_is_remembered_unless_it_is_just_what_is_closed() -> None:
    study = make_judged_evaluation().study
    make_evaluation(study)
    assert [as_chosen(study, numbers) for numbers in ([1], [2], [2, 1], [])] == [None, [2], [1, 2], []]


def test_a_study_without_judgements_says_what_to_do() -> None:
    with pytest.raises(BadData, match="Plan an evaluation, open it, and share its link"):
        judgements_in(make_study("another"))
    with pytest.raises(BadData, match="no judgements"):
        judgements_in(make_evaluation().study, [1])


def test_the_command_analyses_a_study(tmp_path: Path) -> None:
    study = make_judged_evaluation().study
    printed = StringIO()
    call_command("analyse", "--study", study.slug, "--out", str(tmp_path), stdout=printed, stderr=StringIO())
    assert "8 judgements of Evaluation 1" in printed.getvalue()
    assert str(AuditLine.objects.get(study=study, verb="exported")) == "A command exported the results of an analysis"
    [counted] = json.loads((tmp_path / "results.json").read_text("utf-8"))["evaluations"]
    assert counted == {"number": 1, "title": "Evaluation 1", "state": "closed", "judgements": 8}


def test_the_command_counts_the_given_evaluations(tmp_path: Path) -> None:
    study = make_judged_evaluation().study
    judge(make_evaluator(make_evaluation(study, title="Second round")), True, False)
    printed = StringIO()
    arguments = ["analyse", "--study", "demo", "--out", str(tmp_path), "--evaluations"]
    call_command(*arguments, "1", "2", stdout=printed, stderr=StringIO())
    assert "10 judgements of Evaluation 1" in printed.getvalue()
    assert "Second round is still open" in printed.getvalue()
    with pytest.raises(CommandError, match=r"no evaluation 3 to count \(1: Evaluation 1 .*; 2: Second round"):
        call_command(*arguments, "3", stderr=StringIO())
    with pytest.raises(CommandError, match="--evaluations needs a study"):
        call_command("analyse", "x.csv", "--out", str(tmp_path), "--evaluations", "1", stderr=StringIO())


def test_the_command_refuses_a_study_that_is_not_there_or_has_nothing(tmp_path: Path) -> None:
    make_study()
    for slug, words in (("nowhere", "no study 'nowhere'"), ("demo", "has no judgements.*no dialogues either")):
        with pytest.raises(CommandError, match=words) as refusal:
            call_command("analyse", "--study", slug, "--out", str(tmp_path / "out"), stderr=StringIO())
        assert refusal.value.returncode == 2
    assert not (tmp_path / "out").exists()
