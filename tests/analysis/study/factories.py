"""Studies with judgements, and analyses of them."""

from analysis.code_version import code_version
from analysis.models import SHAPE, Report, ReportFile
from analysis.study.reports import request_report
from analysis.study.sources import fingerprint
from evaluation.models import Evaluation, Evaluator
from evaluation.planning.opening import close_evaluation
from studies.models import Study
from tests.analysis.working import work_off_reports
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, presentations_of


def judge(evaluator: Evaluator, *detected: bool | None) -> None:
    for presentation, each in zip(presentations_of(evaluator), detected, strict=False):
        make_judgement(presentation, detected=each)


def make_judged_evaluation() -> Evaluation:
    """Store a closed evaluation: two evaluators have judged four pairs each."""
    evaluation = make_evaluation()
    for detected in ((True, True, False, None), (True, False, True, True)):
        judge(make_evaluator(evaluation), *detected)
    close_evaluation(evaluation)
    return evaluation


def make_flagged(study: Study) -> None:
    Evaluator.objects.filter(evaluation__study=study, number=1).update(flag="did not read")


def compute(study: Study, chosen: list[int] | None = None) -> Report:
    """Compute the study's report as a worker does."""
    report = request_report(study, chosen)
    work_off_reports()
    report.refresh_from_db()
    return report


def keep_report(study: Study, **fields: object) -> Report:
    """Store a report on the present data without computing it: it has two files and almost no content."""
    kept = {"fingerprint": fingerprint(study), "code": code_version(), "state": Report.State.FINISHED}
    files = ["results.json", "figure-2.svg"]
    report = Report.objects.create(study=study, files=files, **kept | {"shown": {"shape": SHAPE}} | fields)
    ReportFile.objects.bulk_create(ReportFile(report=report, name=name, content=name.encode()) for name in files)
    return report
