"""The section about Context-Instruct on a character's page, and the page of the triplets."""

import re
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from pytest_django import Settings

from characters.context_instruct.funnel import read_funnel
from characters.models import Character, ContextInstruct, Triplet
from studies.models import AuditLine
from tests.characters.context_instruct.scripts import MODELS_FILE, Author, at_once_one, request, work_off
from tests.factories import make_character, make_staff

pytestmark = pytest.mark.django_db
State = ContextInstruct.State


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.MODELS_FILE = MODELS_FILE
    client = Client()
    client.force_login(make_staff())
    return client


def words(page: str) -> str:
    return " ".join(unescape(strip_tags(page.replace("<", " <"))).split())


def said_by(client: Client, character: Character, **data: str) -> str:
    """Return the text of the character's page, after posting ``data`` if there is any."""
    if data:
        client.post(f"/characters/{character.token}/context-instruct/", data)
    return words(client.get(f"/characters/{character.token}/").text)


def triplets_page(client: Client, job: ContextInstruct, query: str = "") -> str:
    return words(client.get(f"/characters/{job.character.token}/context-instruct/{job.token}/{query}").text)


def test_a_job_is_started_paused_and_resumed_on_the_page_and_its_funnel_appears(client: Client) -> None:
    character = make_character(rounds=60)
    assert "No triplets yet." in said_by(client, character)
    said = said_by(client, character, ask="1", model="author", wanted="300", seed="321")
    assert "author makes triplets as soon as a worker is free." in said
    job = ContextInstruct.objects.get()
    assert (job.wanted, job.configuration["seed"], job.is_queued) == (300, 321, True)
    assert job.started_by == User.objects.get()
    line = AuditLine.objects.latest("pk")
    assert (line.about, line.words) == (str(job), f"the job “{job}”")
    assert f"0 of {job.calls.count()} calls Pause" in said
    assert "Its answers are kept." in said_by(client, character, pause=job.token)
    said_by(client, character, start=job.token)
    job.refresh_from_db()
    assert job.is_running
    work_off(job)
    said, funnel = said_by(client, character), read_funnel(job)
    assert f"Triplets made {funnel.candidates} 400" in said
    assert f"Doubted by the model itself {funnel.low} {funnel.low_share:.0%} 30%" in said
    removed = funnel.repeats + funnel.duplicates
    assert f"Repeats and duplicates of others {removed} {funnel.duplicate_share:.0%} 66%" in said
    assert f"Kept for training {funnel.kept} 199" in said


def test_the_jobs_refresh_only_while_a_model_is_asked_and_only_if_something_changed(client: Client) -> None:
    job = request(make_character())
    address = f"/characters/{job.character.token}/context-instruct/jobs/"
    assert "hx-get" not in client.get(address).text
    ContextInstruct.objects.update(state=State.RUNNING, is_queued=True)
    page = client.get(address).text
    seen = re.search(r"\"seen\": \"([^\"]+)\"", unescape(page))
    assert "hx-get" in page and seen
    assert client.get(address, {"seen": seen[1]}).status_code == 204
    work_off(job)
    assert client.get(address, {"seen": seen[1]}).status_code == 200


def test_what_cannot_be_asked_is_refused_in_a_sentence(client: Client) -> None:
    character = make_character()
    fine = {"ask": "1", "model": "author", "wanted": "400", "seed": "73"}
    assert "There is no model 'nobody'" in said_by(client, character, **fine | {"model": "nobody"})
    assert "Choose a model." in said_by(client, character, **fine | {"model": ""})
    assert "as a whole number from 1 to 10,000" in said_by(client, character, **fine | {"wanted": "many"})
    assert "You asked for 0." in said_by(client, character, **fine | {"wanted": "0"})
    assert "Enter the seed as a whole number" in said_by(client, character, **fine | {"seed": "-1"})
    assert "There is no such job." in said_by(client, character, start="elsewhere")
    assert "There is no such job." in said_by(client, character, nonsense="1")
    assert not ContextInstruct.objects.exists()


def test_a_character_without_description_or_profile_shows_why_nothing_can_be_asked(client: Client) -> None:
    said = said_by(client, make_character("A", description=""))
    assert "A has no description, which every question needs." in said and "Make triplets" not in said
    assert "B has no profile, so all questions are about the description" in said_by(
        client, make_character("B", rounds=0)
    )


def test_an_equal_request_says_that_the_triplets_are_there(client: Client) -> None:
    job = work_off(request(make_character()))
    said = said_by(client, job.character, ask="1", model="author", wanted="400", seed="73")
    assert "author has already made these triplets. Choose another seed for others." in said


def test_why_a_job_stopped_and_what_it_lacks_is_shown(client: Client) -> None:
    job = request(make_character())
    at_once_one(job, Author(lambda _asked, number: "Bears." if number > 1 else None))
    assert "of 400 triplets were made, and no further calls are allowed." in said_by(client, job.character)
    ContextInstruct.objects.update(state=State.PAUSED, message="The server is busy.")
    assert "The server is busy." in said_by(client, job.character)


def test_triplets_are_listed_with_fate_and_reason_and_filtered(client: Client) -> None:
    job = work_off(request(make_character(rounds=189)))
    said = triplets_page(client, job)
    assert "1 to 50 of 409" in said
    duplicate = Triplet.objects.filter(fate="duplicate").order_by("call__position", "position")[0]
    found = triplets_page(client, job, "?fate=duplicate")
    assert " ".join(duplicate.reason.split()) in found
    assert f"1 to 50 of {Triplet.objects.filter(fate='duplicate').count()}" in found
    assert "1 to 50 of" not in triplets_page(client, job, "?fate=test")
    assert "No triplet matches the filter." in triplets_page(client, job, "?fate=malformed")
    assert "1 to 50 of 409" in triplets_page(client, job, "?fate=nonsense&page=nonsense")


def test_another_similarity_selects_again_and_shows_the_triplets(client: Client) -> None:
    job = work_off(request(make_character(rounds=60)))
    before = read_funnel(job).kept
    address = f"/characters/{job.character.token}/context-instruct/"
    answer = client.post(address, {"select": job.token, "similarity": "0.9"}, follow=True)
    assert "are selected with the similarity 0.9." in words(answer.text)
    assert answer.request["PATH_INFO"] == f"{address}{job.token}/"
    assert read_funnel(job).kept > before
    for wrong in ("", "2", "nan"):
        answer = client.post(address, {"select": job.token, "similarity": wrong}, follow=True)
        assert "as a number above 0 and up to 1" in words(answer.text)


def test_the_export_is_an_archive_and_waits_for_the_selection(client: Client) -> None:
    job = request(make_character("李白 & co"))
    address = f"/characters/{job.character.token}/context-instruct/{job.token}/export/"
    assert "The triplets are not selected yet." in words(client.get(address, follow=True).text)
    work_off(job)
    answer = client.get(address)
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%E6%9D%8E%E7%99%BD%20%26%20co.zip"
    with ZipFile(BytesIO(answer.content)) as archive:
        assert "instructions-eng/role-specific-李白 & co.jsonl" in archive.namelist()


def test_a_long_job_needs_no_more_queries_than_a_short_one(client: Client) -> None:
    short, long = (work_off(request(make_character(str(rounds), rounds=rounds))) for rounds in (30, 60))
    counts = []
    for job in (short, long):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/characters/{job.character.token}/context-instruct/{job.token}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_accounts_that_may_not_change_studies_only_read(client: Client) -> None:
    job = work_off(request(make_character()))
    reader = make_staff("reader")
    reader.user_permissions.remove(Permission.objects.get(codename="change_study"))
    client.force_login(reader)
    assert "1 to 50 of" in triplets_page(client, job)
    answer = client.post(f"/characters/{job.character.token}/context-instruct/", {"select": job.token})
    assert answer.status_code == 403
    client.logout()
    assert client.get(f"/characters/{job.character.token}/context-instruct/{job.token}/export/").status_code == 302
