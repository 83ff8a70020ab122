"""Runs with natural dialogues, and reports on them."""

from analysis.code_version import code_version
from analysis.humanness.reports import fingerprint, request_report
from analysis.models import SHAPE, HumannessFile, HumannessReport
from simulation.models import Run
from studies.models import Dialogue, Turn
from tests.analysis.working import work_off_humanness
from tests.collection.factories import FEATURES, make_natural_dialogues, make_open_study, make_participant
from tests.factories import make_dialogues, make_run

SHOWN = {"shape": SHAPE, "overall": None, "separation": {"auc": None}}


def make_measurable_run(people: int = 5) -> Run:
    """Store a run whose cells have all ended, in a study with natural dialogues of so many people, who differ a little."""
    study = make_open_study(goal_count=2)
    for number in range(people):
        answers = FEATURES | {"gender": "Female" if number % 2 else "Male"}
        participant = make_participant(study, external_id=f"person-{number}", state="finished", answers=answers)
        make_natural_dialogues(participant, study.goals.all(), turns=1 + number % 3, ending="next_goal")
    for number, turn in enumerate(Turn.objects.filter(dialogue__kind=Dialogue.Kind.NATURAL).order_by("pk")):
        turn.utterance = f"how fast am i{' really' * (number % 5)}"
        turn.save()
    run = make_run(study, state=Run.State.FINISHED)
    make_dialogues(list(run.simulations.select_related("run__study", "persona", "goal")))
    return run


def compute(run: Run) -> HumannessReport:
    """Compute the run's report as a worker does."""
    report = request_report(run)
    work_off_humanness()
    report.refresh_from_db()
    return report


def keep_report(run: Run, **fields: object) -> HumannessReport:
    """Store a report on the present data without computing it: it has one file and almost no content."""
    kept = {"fingerprint": fingerprint(run), "code": code_version(), "state": HumannessReport.State.FINISHED}
    report = HumannessReport.objects.create(run=run, files=["health.csv"], **kept | {"shown": dict(SHOWN)} | fields)
    HumannessFile.objects.create(report=report, name="health.csv", content=b"symptom")
    return report
