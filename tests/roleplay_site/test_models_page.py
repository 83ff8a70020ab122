"""The page of models shows what each one is, who serves it and what it is used in, and examines it."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from dialogue.backends import registry
from jobs.heartbeats import record_heartbeat
from jobs.routing import Service
from studies.models import Examination, Study
from tests.factories import make_check, make_dialogue, make_run, make_staff, make_study
from tests.studies.test_doctor_command import TALKER
from tests.studies.test_examinations import work_off

pytestmark = pytest.mark.django_db

WRONG = '[models.wrong]\nbackend = "scripted"\ncontxt = 3\n'
PRICED = TALKER + 'label = "for tests"\nsampling = { temperature = 0.4 }\nprice = { input = 2, output = 8 }\n'


@pytest.fixture(autouse=True)
def models_file(tmp_path: Path, settings: Settings) -> Path:
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    file.write_text(PRICED)
    return file


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_staff())
    return client


def text_of(client: Client, address: str = "/models/") -> str:
    return " ".join(client.get(address).content.decode().split())


def test_a_model_is_listed_with_what_it_is_and_what_it_is_used_in(staff: Client):
    study = make_study()
    Study.objects.update(chatbot="talker")
    make_run(study, inquirer="talker", responder="other")
    record_heartbeat("ann:1:x", Service(frozenset({"model.talker"})))
    page = text_of(staff)
    assert "for tests" in page
    assert "inquirer (prompt set plain), responder (prompt set llama-2-responder)" in page
    assert "2.0 USD per million input tokens, 8.0 per million output tokens" in page
    assert "ann:1:x" in page
    assert f'<a href="/studies/{study.slug}/">{escape(study.title)}</a> (chatbot)<br>1 run as inquirer<br>' in page
    assert "not measured: examine the model" in page


def test_the_page_opens_no_model_and_its_health_is_asked_for_afterwards(staff: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry, "open_model", lambda spec: pytest.fail("The page opened a model."))
    with monkeypatch.context() as patch:
        patch.setattr(registry, "examine", lambda spec: pytest.fail("The page waited for a model's health."))
        assert "/models/health/?model=talker" in text_of(staff)
    shown = text_of(staff, "/models/health/?model=talker")
    assert "gives 2 scripted replies. Sampling: temperature 0.4 (models.toml)." in shown


def test_the_connection_is_tested_with_one_question_whose_answer_or_error_is_shown(
    staff: Client, models_file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("A_KEY", "sk-secret")
    models_file.write_text(
        PRICED
        + '[models.away]\nbackend = "openai"\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\nkey_env = "A_KEY"\n'
        '[models.away.responder]\nprompts = "llama-2-responder"\n'
    )

    def test(model: str) -> str:
        return " ".join(staff.post("/models/connection/", {"model": model}).text.split())

    assert re.search(r"talker answered in \d+\.\d s: “.+”", test("talker"))
    refused = test("away")
    assert "away did not answer the test question." in refused
    assert "sk-secret" not in refused
    assert staff.post("/models/connection/", {"model": "unknown"}).status_code == 404


def test_an_examination_is_requested_shows_its_state_and_then_its_report(staff: Client):
    staff.post("/models/", {"model": "talker", "action": "examine"})
    assert "is waiting for a worker" in text_of(staff)
    assert "every 2s" in text_of(staff, "/models/examination/?model=talker")
    work_off()
    shown = text_of(staff, "/models/examination/?model=talker")
    assert "every 2s" not in shown
    assert "Use the prompt set plain for the inquirer: 16 of 16 outputs can be used" in shown
    assert "16 of 16 outputs contain no quotation" in shown
    assert "[models.talker.inquirer]" in shown
    assert "Examine again" in shown
    assert "tokens/s with eight dialogues at once" in text_of(staff)


def test_a_failed_examination_says_why_and_keeps_the_earlier_report(staff: Client, models_file: Path):
    staff.post("/models/", {"model": "talker", "action": "examine"})
    work_off()
    models_file.write_text(PRICED.replace(', "What do they eat?"', ""))
    staff.post("/models/", {"model": "talker", "action": "examine"})
    work_off()
    shown = text_of(staff, "/models/examination/?model=talker")
    assert "talker could not be examined. Model &#x27;scripted&#x27; has no reply number 2" in shown
    assert "Use the prompt set plain for the inquirer" in shown


def test_a_report_of_another_version_of_the_software_is_not_shown(staff: Client):
    Examination.objects.create(model="talker", state=Examination.State.FINISHED, report={"words": "as they once were"})
    page = text_of(staff)
    assert "not measured: examine the model" in page
    assert "Examine again" not in page


def test_an_examination_can_be_cancelled(staff: Client):
    staff.post("/models/", {"model": "talker", "action": "examine"})
    staff.post("/models/", {"model": "talker", "action": "cancel"})
    assert Examination.objects.get().state == Examination.State.CANCELLED
    assert "Cancel examination" not in text_of(staff)


def test_a_mistake_in_the_models_file_is_shown_and_the_other_models_are_listed(staff: Client, models_file: Path):
    models_file.write_text(PRICED + WRONG)
    page = text_of(staff)
    assert "there is no setting &#x27;contxt&#x27;" in page
    assert "for tests" in page


def test_a_model_that_is_not_described_is_not_found(staff: Client):
    for address in ("/models/health/", "/models/examination/?model=other"):
        assert staff.get(address).status_code == 404
    assert staff.post("/models/", {"model": "other"}).status_code == 404
    assert not Examination.objects.exists()


def test_a_guard_says_what_it_is_and_where_it_is_used_and_offers_no_examination(
    staff: Client, models_file: Path
) -> None:
    models_file.write_text(
        '[models.guard]\nbackend = "scripted"\nreplies = ["safe"]\nguard = { kind = "llama-guard-3" }\n'
    )
    make_check(make_dialogue())
    page = text_of(staff)
    assert "neither speaker: it is a guard (llama-guard-3)" in page
    assert "1 study as guard" in page
    assert "Examine" not in page


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ('backend = "scripted"\nreplies = ["safe"]\nguard = { kind = "llama-guard-3" }', "talker&#x27; is a guard"),
        ('backend = "llama_cpp"\nfile = "nowhere.gguf"', "nowhere.gguf"),
    ],
)
def test_a_model_that_cannot_be_examined_is_refused_at_once(
    staff: Client, models_file: Path, table: str, sentence: str
):
    models_file.write_text(f"[models.talker]\n{table}\n")
    page = " ".join(staff.post("/models/", {"model": "talker", "action": "examine"}, follow=True).text.split())
    assert "talker was not examined." in page
    assert sentence in page
    assert not Examination.objects.exists()
