"""A study with something of everything that hangs on one, and what its deletion leaves."""

from django.apps import apps
from django.db import connection
from django.utils import timezone

from analysis.models import HumannessFile, HumannessReport, Report, ReportFile
from collection.models import Recruitment
from evaluation.models import Evaluation, JudgeRun, ModelJudgement
from roleplay_site.keeping.archiving import archive_study
from roleplay_site.keeping.deletion import delete_study
from simulation.models import Branch
from studies.annotations import add_note, add_tag, exclude_dialogue
from studies.models import AuditLine, Dialogue, Study, record_descent
from studies.search.indexing import index_study
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study, make_judgement
from tests.factories import make_check


def make_whole_study(slug: str) -> Study:
    """Store a study at rest: collected, simulated, branched, checked, judged by people and a model, analysed, annotated."""
    study = make_judged_study(slug)
    Recruitment.objects.filter(study=study).update(is_open=False)
    dialogue = study.dialogues.filter(kind=Dialogue.Kind.NATURAL)[0]
    make_check(dialogue)
    add_tag(dialogue, "odd", None)
    add_note(dialogue, "Read this one.", None)
    exclude_dialogue(dialogue, "A test.", None)
    make_branch(dialogue)
    evaluation = make_evaluation(study)
    evaluator = make_evaluator(evaluation)
    for presentation in evaluator.assignments.get().presentations.all():
        make_judgement(presentation)
    judge_run = JudgeRun.objects.create(evaluation=evaluation, model="judge", configuration={}, identity="1")
    ModelJudgement.objects.create(judge_run=judge_run, pair=evaluation.pairs.all()[0], is_natural_first=True)
    Evaluation.objects.filter(pk=evaluation.pk).update(state=Evaluation.State.CLOSED)
    report = Report.objects.create(study=study, fingerprint="1", code="1")
    ReportFile.objects.create(report=report, name="table.csv", content=b"1")
    humanness = HumannessReport.objects.create(run=study.runs.all()[0], fingerprint="1", code="1")
    HumannessFile.objects.create(report=humanness, name="table.csv", content=b"1")
    index_study(study)
    return study


def make_branch(parent: Dialogue) -> None:
    dialogue = Dialogue.objects.get(pk=parent.pk)
    dialogue.pk, dialogue.token, dialogue.kind = None, f"branch-of-{parent.pk}", Dialogue.Kind.BRANCH
    dialogue.save()
    record_descent(dialogue, parent, keeps_turns=True)
    values = {"inquirer": "tiny", "responder": "tiny", "configuration": {}, "turn": 1, "shared": 0}
    Branch.objects.create(parent=parent, dialogue=dialogue, finished_at=timezone.now(), **values)


def delete_one_of_two() -> dict[str, list[int]]:
    """Return the tables that the deletion of one of two whole studies leaves with another number of rows than the other study
    has, with both numbers."""
    make_whole_study("kept")
    before = _count_rows()
    gone = make_whole_study("gone")
    archive_study(gone)
    delete_study(gone, gone.title)
    connection.check_constraints()
    after = _count_rows()
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def _count_rows() -> dict[str, int]:
    tables = (model for model in apps.get_models(include_auto_created=True) if model is not AuditLine)
    return {model._meta.label: model._base_manager.count() for model in tables}
