"""Studies that are judged, and analyses of them."""

from django.test import TestCase

from analysis.code_version import code_version
from analysis.models import SHAPE, Report
from analysis.study.fingerprints import fingerprint
from analysis.study.reports import folder_of, request_report, work_off
from collection.models import Study
from evaluation.models import Evaluation, Evaluator
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, showings_of


def judge(evaluator: Evaluator, *detected: bool | None) -> None:
    for showing, each in zip(showings_of(evaluator), detected, strict=False):
        make_judgement(showing, detected=each)


def make_judged_evaluation() -> Evaluation:
    """Two evaluators, four pairs each, all judged."""
    evaluation = make_evaluation()
    for detected in ((True, True, False, None), (True, False, True, True)):
        judge(make_evaluator(evaluation), *detected)
    return evaluation


def make_flagged(study: Study) -> None:
    Evaluator.objects.filter(evaluation__study=study, number=1).update(flag="did not read")


def compute(study: Study) -> Report:
    """The study's report as a worker leaves it."""
    report = request_report(study)
    with TestCase.captureOnCommitCallbacks(execute=True):
        work_off()
    report.refresh_from_db()
    return report


def keep_report(study: Study, **fields: object) -> Report:
    """One of the data as they are, which took no worker its seconds: two files, and ``shown`` nothing but its shape."""
    kept = {"fingerprint": fingerprint(study), "code": code_version(), "state": Report.State.DONE}
    files = ["results.json", "figure-2.svg"]
    report = Report.objects.create(study=study, files=files, **kept | {"shown": {"shape": SHAPE}} | fields)
    folder_of(report).mkdir(parents=True)
    for name in files:
        (folder_of(report) / name).write_text(name, "utf-8")
    return report
