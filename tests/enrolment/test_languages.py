"""The pages of participants and evaluators are in the language of their study, not of their browser."""

import pytest
from django.test import Client
from django.utils.translation import get_language

from collection.models import Recruitment
from studies.models import Study
from studies.services import paper_questionnaire
from studies.texts import default_consent, default_welcome
from tests.collection.research.editing import edit

pytestmark = pytest.mark.django_db
CHINESE_BROWSER = {"accept-language": "zh-CN,zh;q=0.9"}


@pytest.fixture
def study() -> Study:
    study = Study.objects.create(
        slug="tuer", title="Tür", chatbot="tiny", questionnaire=paper_questionnaire(), language="de"
    )
    study.goals.create(number=1, domain="Math", text="Wie hoch ist die Tür?")
    Recruitment.objects.create(study=study, is_open=True)
    return study


def test_pages_are_in_the_language_of_the_study_whatever_the_browser_prefers(study: Study, client: Client) -> None:
    assert 'lang="de" dir="ltr"' in client.get("/s/tuer/", headers=CHINESE_BROWSER).content.decode()
    assert 'lang="de"' in client.get("/s/tuer/nowhere/", headers=CHINESE_BROWSER).content.decode()


def test_the_next_page_of_the_same_server_is_not_in_the_language_of_the_last(study: Study, client: Client) -> None:
    client.get("/s/tuer/")
    assert get_language() == "en-gb"
    assert 'lang="en-gb"' in client.get("/s/no-study/").content.decode()


def test_pages_of_a_study_in_arabic_run_from_right_to_left(study: Study, client: Client) -> None:
    Study.objects.update(language="ar")
    assert 'lang="ar" dir="rtl"' in client.get("/s/tuer/").content.decode()


def test_researchers_read_english_and_learn_which_language_has_no_pages(study: Study, admin_client: Client) -> None:
    page = admin_client.get("/studies/tuer/collecting/").content.decode()
    assert 'lang="en-gb"' in page
    assert "There is no translation" not in page
    Study.objects.update(language="ar")
    assert (
        "There is no translation of the pages into Arabic"
        in admin_client.get("/studies/tuer/collecting/").content.decode()
    )


def test_default_texts_follow_the_language_and_written_ones_stay(study: Study, admin_client: Client) -> None:
    edit(admin_client, study, "texts/", instruction="Mein Text.")
    edit(admin_client, study, language="de")
    assert "These default texts are now in German: welcome, consent." in admin_client.get("/studies/tuer/edit/").text
    study.refresh_from_db()
    assert (study.welcome, study.consent) == (default_welcome("de"), default_consent("de"))
    assert study.instruction == "Mein Text."
    assert "Sie haben die Studie abgeschlossen" in admin_client.get("/studies/tuer/recruitment/").text
    assert "zwei KIs" in admin_client.get("/studies/tuer/evaluations/new/").text
