"""The audit trail: what is done in a study and on the site leaves a line, and pages show them."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from characters.deletion import delete_character
from collection.research.opening import close_study
from dialogue.prompt_file import write_prompts
from dialogue.prompts import load
from evaluation.models import Evaluation
from evaluation.planning.opening import close_evaluation, delete_plan
from simulation.cells import CELLS
from simulation.services import cancel_run, queue_run, set_concurrency
from studies.models import AuditLine, Study
from studies.prompt_sets.versions import store_version
from studies.services import announce_change, copy_study
from tests.factories import make_character, make_run, make_staff, make_study
from tests.roleplay_site.keeping.whole_study import make_whole_study

pytestmark = pytest.mark.django_db


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
    for address in ("data/natural.jsonl", "evaluations/1/data/judgements.csv"):
        staff.get(f"/studies/demo/{address}")
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
