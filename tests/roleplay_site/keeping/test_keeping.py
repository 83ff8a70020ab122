"""Studies are archived when nothing goes on in them, restored, and deleted completely."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client

from characters.turn_judging.requests import request_scores
from collection.models import Recruitment
from collection.research.opening import open_study
from collection.research.testing import open_tests
from evaluation.models import Evaluation
from evaluation.planning.opening import open_evaluation
from simulation.branches.forking import fork
from simulation.branches.requests import BranchRequest
from simulation.guards.checks import request_checks
from simulation.models import Run
from simulation.requests import RunRequest
from simulation.services import queue_run, request_run
from studies.models import Archived, AuditLine, Dialogue, Study
from tests.collection.factories import make_natural_dialogue, make_open_study, make_participant
from tests.factories import make_run, make_staff, make_study
from tests.installation import Installation
from tests.roleplay_site.keeping.whole_study import make_whole_study

pytestmark = pytest.mark.django_db
DELETION = """
import json
from tests.roleplay_site.keeping.whole_study import delete_one_of_two
print(json.dumps(delete_one_of_two()))
"""
RACE = """
import json
from threading import Event
from django.db import transaction
from evaluation.planning.opening import open_evaluation
from roleplay_site.keeping.archiving import Refused, archive_study
from simulation.models import Run
from simulation.services import queue_run
from studies.models import Archived
from tests.racing import at_once
from tests.roleplay_site.keeping.whole_study import make_whole_study

def race(slug, first, second):
    study, begun, ended = make_whole_study(slug), Event(), Event()
    study.runs.update(state=Run.State.PAUSED)
    study.runs.all()[0].simulations.update(finished_at=None, ending="")
    def hold():
        with transaction.atomic():
            try:
                first(study)
            finally:
                begun.set()
            ended.wait(0.5)
        return "done"
    def come_later():
        begun.wait()
        try:
            second(study)
            return "done"
        except (Refused, Archived) as refused:
            return str(refused)
        finally:
            ended.set()
    return at_once(lambda work: work(), (hold, come_later))

def start(study):
    queue_run(study.runs.all()[0])

def judge(study):
    open_evaluation(study.evaluations.get())

orders = [(start, archive_study), (archive_study, start), (judge, archive_study), (archive_study, judge)]
print(json.dumps([race(f"study-{number}", *order) for number, order in enumerate(orders)]))
"""


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def act(client: Client, study: Study, action: str, **fields: str) -> str:
    """Send the form of the page, and return the page that follows."""
    return client.post(f"/studies/{study.slug}/keeping/", {"action": action, **fields}, follow=True).text


def test_a_study_is_archived_once_nothing_goes_on_and_each_reason_is_named(staff: Client) -> None:
    study = make_open_study()
    make_natural_dialogue(make_participant(study))
    run = make_run(study, state=Run.State.RUNNING)
    evaluation = study.evaluations.create(number=1, state=Evaluation.State.OPEN)
    page = act(staff, study, "archive")
    assert "Nothing was changed." in page
    assert "It is open to participants." in page
    assert "1 dialogue of a participant is in progress." in page
    assert "A run is in progress. Pause or cancel it first." in page
    assert "The evaluation “Evaluation 1” is open to evaluators. Close it." in page
    study.dialogues.all().delete()
    Recruitment.objects.update(is_open=False)
    Run.objects.filter(pk=run.pk).update(state=Run.State.PAUSED)
    Evaluation.objects.filter(pk=evaluation.pk).update(state=Evaluation.State.CLOSED)
    assert "has been archived." in act(staff, study, "archive")
    assert "has been restored." in act(staff, study, "restore")
    assert [line.verb for line in AuditLine.objects.all()] == ["restored", "archived"]


BEGINNINGS: list[Callable[[Study], object]] = [
    open_study,
    open_tests,
    lambda study: request_run(study, RunRequest("tiny", "tiny")),
    lambda study: queue_run(study.runs.all()[0]),
    lambda study: open_evaluation(study.evaluations.all()[0]),
    lambda study: request_checks(study, study.dialogues.all(), "guard"),
    lambda study: request_scores(study, study.dialogues.all(), "judge"),
    lambda study: fork(study.dialogues.all()[0], BranchRequest(turn=1)),
    lambda study: call_command("import_dialogues", __file__, "--study", study.slug, "--natural"),
]


def test_nothing_begins_in_an_archived_study_which_can_still_be_read(staff: Client) -> None:
    study = make_whole_study("demo")
    test_link = f"/s/{open_tests(study).slug}/"
    assert staff.get(test_link).status_code == 200
    call_command("study", "archive", "demo", stdout=StringIO())
    assert staff.get(test_link).status_code == 403, "closed"
    before = Dialogue.objects.count()
    for begin in BEGINNINGS:
        with pytest.raises((Archived, CommandError), match="is archived, so nothing can start in it"):
            begin(study)
    page = staff.post("/studies/demo/collecting/", {"action": "open"}, follow=True)
    assert "Restore the study first." in page.text
    assert Dialogue.objects.count() == before
    assert staff.get("/studies/demo/data/natural.jsonl").status_code == 200


def test_only_an_archived_study_is_deleted_by_its_title_and_by_who_may(staff: Client) -> None:
    study = make_study()
    assert "Only an archived study can be deleted." in staff.get("/studies/demo/keeping/").text
    act(staff, study, "archive")
    assert "may change studies but not delete them" in act(staff, study, "delete", title=study.title)
    account = make_staff("owner")
    account.user_permissions.add(Permission.objects.get(codename="delete_study"))
    owner = Client()
    owner.force_login(account)
    assert "is not the study&#x27;s title" in act(owner, study, "delete", title="Demo")
    assert "has been deleted." in act(owner, study, "delete", title=study.title)
    assert not Study.objects.exists()
    line = AuditLine.objects.latest("pk")
    assert (line.author, line.verb, line.about, line.study) == ("owner", "deleted", "demo", None)
    with pytest.raises(CommandError, match="There is no study 'demo'"):
        call_command("study", "delete", "demo")


def test_the_command_deletes_only_what_is_archived() -> None:
    study = make_study()
    with pytest.raises(CommandError, match=r"is not archived\. Archive it first"):
        call_command("study", "delete", "demo", "--title", study.title)


def test_a_deleted_study_leaves_nothing_and_another_study_loses_nothing(racing_site: Installation) -> None:
    assert json.loads(racing_site.evaluate(DELETION)) == {}


def test_a_study_is_archived_before_something_begins_in_it_or_not_at_all(racing_site: Installation) -> None:
    told = json.loads(racing_site.evaluate(RACE))
    assert [first for first, _second in told] == ["done"] * 4
    reasons = ("Pause or cancel it first.", "is archived", "is open to evaluators", "is archived")
    for (_first, second), reason in zip(told, reasons, strict=True):
        assert reason in second
