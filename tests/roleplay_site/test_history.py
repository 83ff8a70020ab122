"""The audit trail: what is done in a study and on the site leaves a line, and pages show them."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from characters.deletion import delete_character
from collection.research.opening import close_study
from dialogue.prompt_file import write_prompts
from dialogue.prompts import load
from evaluation.models import Evaluation
from evaluation.planning.opening import close_evaluation, delete_plan
from evaluation.research.evaluation_editor import blank_evaluation
from simulation.cells import CELLS
from simulation.services import cancel_run, queue_run, set_concurrency
from studies.models import AuditLine, Study
from studies.prompt_sets.versions import store_version
from studies.services import announce_change, copy_study
from tests.collection.research.editing import PAGES, address, edit
from tests.collection.research.forms import read_form
from tests.factories import make_character, make_run, make_staff, make_study
from tests.roleplay_site.keeping.whole_study import make_whole_study

pytestmark = pytest.mark.django_db
CHAT_MODELS = Path(__file__).parents[1] / "data" / "chat_models.toml"


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_staff("ada"))
    return client


def told(study: Study | None = None) -> list[str]:
    """Return the lines of the study, or those of the site, oldest first."""
    return [str(line) for line in AuditLine.objects.filter(study=study).order_by("pk")]


def test_what_services_change_in_a_study_leaves_a_line_each(tmp_path: Path) -> None:
    study = make_study()
    announce_change(study, ["title", "conditions"])
    copy_study(study)
    run = make_run(study)
    queue_run(run)
    CELLS.pause(run)
    set_concurrency(run, 3)
    cancel_run(run)
    evaluation = study.evaluations.create(number=1, state=Evaluation.State.OPEN)
    close_evaluation(evaluation)
    delete_plan(study.evaluations.create(number=2))
    close_study(study)
    call_command("export_dialogues", "demo", "--kind", "natural", "--out", tmp_path / "out.jsonl", stderr=StringIO())
    call_command("study", "archive", "demo", stdout=StringIO())
    assert told(study) == [
        "A command changed the study: title, conditions",
        "A command copied the study",
        f"A command started the run “{run}”",
        f"A command paused the run “{run}”",
        f"A command changed the dialogues at once of the run “{run}”",
        f"A command cancelled the run “{run}”",
        "A command closed the evaluation “Evaluation 1”",
        "A command deleted the evaluation “Evaluation 2”",
        "A command closed the study to participants",
        "A command exported the natural dialogues",
        "A command archived the study",
    ]


def test_the_page_of_a_study_shows_its_downloads_and_changes_by_name_page_by_page(staff: Client) -> None:
    make_whole_study("demo")
    AuditLine.objects.all().delete()
    for file in ("data/natural.jsonl", "evaluations/1/data/judgements.csv"):
        staff.get(f"/studies/demo/{file}")
    staff.post("/studies/demo/recruitment/", {})
    page = " ".join(re.sub(r"<[^>]+>", " ", staff.get("/studies/demo/history/").text).split())
    assert "ada exported demo-natural.jsonl" in page
    assert "ada exported demo-1-judgements.csv" in page
    study = Study.objects.get()
    AuditLine.objects.bulk_create(AuditLine(study=study, verb="added", words=f"tag {n}") for n in range(60))
    assert "1 to 50 of 62" in staff.get("/studies/demo/history/").text
    assert "exported demo-natural.jsonl" in staff.get("/studies/demo/history/?page=2").text


def test_the_history_of_the_site_is_for_administrators_and_names_deleted_studies(staff: Client) -> None:
    store_version("curt", write_prompts(load("plain")))
    delete_character(make_character())
    study = make_study("gone")
    announce_change(study, ["title"])
    study.delete()
    assert staff.get("/history/").status_code == 403
    User.objects.filter(username="ada").update(is_superuser=True)
    page = staff.get("/history/").text
    assert "created the prompt set curt@1" in page
    assert "deleted the character Coriolanus" in page
    assert '<td>gone</td><td class="long">changed the study: title' in page


def test_a_form_that_is_saved_without_a_change_leaves_no_line(staff: Client, settings: Settings) -> None:
    settings.MODELS_FILE = CHAT_MODELS
    study = make_study()
    Study.objects.update(chatbot="quick")
    study.conditions.create(name="cold", sampling={"temperature": 0.2})
    study.conditions.create(name="warm", goals=[2, 1])
    evaluation = blank_evaluation(study)
    evaluation.number = 1
    evaluation.save()
    evaluation.runs.add(run := make_run(study))
    run.simulations.all().delete()
    persona = f"/studies/demo/personas/{study.personas.all()[0].pk}/"
    addresses = [*(address(study, page) for page in PAGES), "/studies/demo/recruitment/", persona]
    addresses.append("/studies/demo/evaluations/1/edit/")
    for each in reversed(addresses):
        assert staff.post(each, read_form(staff.get(each).text)).status_code == 302, each
    assert told(study) == ["ada changed the evaluation “Evaluation 1”"], "it had no texts for those who leave"
    for each in addresses:
        staff.post(each, read_form(staff.get(each).text))
    assert len(told(study)) == 1
    assert edit(staff, study, "goals/", **{"goals-0-text": "Another goal."}).status_code == 302
    assert edit(staff, study, "chatbots/", **{"conditions-0-name": "cool"}).status_code == 302
    assert told(study)[1:] == [
        "ada changed the study: goals",
        "ada changed the study: conditions, with the same chatbots",
    ]


def test_what_is_done_in_the_admin_of_django_leaves_a_line(staff: Client) -> None:
    study = make_study()
    User.objects.filter(username="ada").update(is_superuser=True)
    grace = User.objects.create_user("grace")
    account = f"/admin/auth/user/{grace.pk}/change/"
    form = read_form(staff.get(account).text)
    for change in ({}, {"is_superuser": "on"}):
        assert staff.post(account, form | change).status_code == 302
    assert staff.post("/admin/auth/group/add/", {"name": "readers"}).status_code == 302
    assert staff.post(f"/admin/auth/user/{grace.pk}/delete/", {"post": "yes"}).status_code == 302
    assert told() == [
        "ada changed the user grace in Django's admin: Superuser status",
        "ada added the group readers in Django's admin",
        "ada deleted the user grace in Django's admin",
    ]
    goal = study.goals.all()[0]
    form = {"study": study.pk, "number": 1, "domain": "Math", "text": "Add."}
    assert staff.post(f"/admin/studies/goal/{goal.pk}/change/", form).status_code == 302
    assert (
        staff.post(f"/admin/studies/persona/{study.personas.all()[0].pk}/delete/", {"post": "yes"}).status_code == 302
    )
    assert (
        staff.post("/admin/studies/study/", {"action": "copy_studies", "_selected_action": study.pk}).status_code == 302
    )
    assert [line.partition(" in Django's admin")[0] for line in told(study)] == [
        "ada changed the goal Goal 1 (Math)",
        "ada deleted the persona P01",
        "ada copied the study",
    ]
