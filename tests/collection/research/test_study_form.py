"""The form with which a researcher creates and edits a study."""

from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import Settings

from collection.models import Recruitment
from collection.settings_of_studies import load_demo_study
from studies.editor.study_editor import StudyEditor
from studies.models import Goal, Study
from studies.services import freeze_study
from tests.collection.research.forms import read_form
from tests.factories import make_study

pytestmark = pytest.mark.django_db
NEW = "/new-study/"
OWN = {"id", "slug", "title", "description", "created_at", "study_id"}


def new_form(client: Client, **changes: Any) -> dict[str, Any]:
    return read_form(client.get(NEW).text) | {"title": "My study"} | changes


def edit_form(client: Client, study: Study, **changes: Any) -> dict[str, Any]:
    return read_form(client.get(f"/studies/{study.slug}/edit/").text) | changes


def edit(client: Client, study: Study, **changes: Any) -> Any:
    return client.post(f"/studies/{study.slug}/edit/", edit_form(client, study, **changes))


def stored(study: Study) -> list[Any]:
    values = [Study.objects.filter(pk=study.pk).values().get(), *study.goals.order_by("number").values()]
    return [{key: value for key, value in row.items() if key not in OWN} for row in values]


def test_a_new_study_is_the_papers_unless_it_is_changed(client: Client) -> None:
    paper = load_demo_study("tiny")
    answer = client.post(NEW, new_form(client))
    study = Study.objects.get(title="My study")
    assert (answer.status_code, answer["Location"]) == (302, "/studies/my-study/collecting/")
    assert stored(study) == stored(paper)


def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(client: Client) -> None:
    study = load_demo_study("tiny")
    Study.objects.filter(pk=study.pk).update(min_turns=2, max_turns=5, keeps_unread_replies=True, goal_order="shuffled")
    before = Study.objects.values().get(), list(study.goals.values("number", "domain", "text"))
    assert edit(client, study).status_code == 302
    assert (Study.objects.values().get(), list(study.goals.values("number", "domain", "text"))) == before


def test_texts_rules_and_chatbot_are_stored_as_they_were_written(client: Client) -> None:
    client.post(
        NEW,
        new_form(
            client,
            slug="mine",
            welcome="# Hello\r\n\r\nYou",
            consent_version="2",
            goal_order="shuffled",
            min_turns="2",
            max_turns="8",
            keeps_unread_replies="on",
        ),
    )
    study = Study.objects.get(slug="mine")
    assert (study.welcome, study.consent_version, study.goal_order) == ("# Hello\n\nYou", "2", "shuffled")
    assert (study.min_turns, study.max_turns, study.keeps_unread_replies, study.chatbot) == (2, 8, True, "tiny")


def test_goals_are_added_changed_and_removed(client: Client) -> None:
    study = make_study()
    edit(
        client,
        study,
        **{
            "goals-TOTAL_FORMS": "3",
            "goals-0-DELETE": "on",
            "goals-1-text": "Another text.",
            "goals-2-number": "7",
            "goals-2-domain": "Music\u200b",
            "goals-2-text": "You want a tune.",
        },
    )
    assert list(study.goals.order_by("number").values_list("number", "domain", "text")) == [
        (2, "Math", "Another text."),
        (7, "Music", "You want a tune."),
    ]


def test_a_row_that_was_added_and_left_empty_is_passed_over(client: Client) -> None:
    study = make_study()
    assert edit(client, study, **{"goals-TOTAL_FORMS": "4", "features-TOTAL_FORMS": "5"}).status_code == 302
    assert study.goals.count() == 2


def test_questions_are_ordered_screened_and_removed(client: Client) -> None:
    study = make_study()
    edit(
        client,
        study,
        **{
            "features-0-ORDER": "9",
            "features-0-options": "young\r\n  old  \r\n\r\n",
            "features-0-screened_out": ["young", "Under 18"],
            "features-1-DELETE": "on",
        },
    )
    study.refresh_from_db()
    assert [entry["key"] for entry in study.questionnaire] == ["gender", "education", "native_english", "age"]
    assert study.questionnaire[-1] == {
        "key": "age",
        "label": "Age Range",
        "options": ["young", "old"],
        "screened_out": ["young"],
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        (
            {"title": "!", "slug": ""},
            "No short name can be derived from this title. Enter one with letters, digits and hyphens.",
        ),
        ({"slug": "no spaces please"}, "Use letters without accents"),
        ({"slug": "demo"}, "Another study has this short name"),
        ({"chatbot": "gone"}, "Select a valid choice."),
        ({"welcome": "  \r\n"}, "This field is required."),
        ({"consent": "x" * 20_001}, "at most 20000 characters"),
        ({"max_turns": "1", "min_turns": "2"}, "The maximum number of turns is lower than the minimum. Raise it,"),
        ({"goals-1-number": "1"}, "Two goals have the number 1"),
        ({"goals-1-text": "Fly\u200b.", "goals-2-text": "Fly."}, "Two goals have the same text: “Fly.”"),
        ({"goals-1-text": ""}, "This field is required."),
        ({"goals-0-text": "a\x00b"}, "Null characters are not allowed."),
        ({f"goals-{number}-DELETE": "on" for number in range(10)}, "The study has no goals. Add at least one."),
        ({"goals-TOTAL_FORMS": "lots"}, "The study has no goals. Add at least one."),
        ({"features-1-key": "age"}, "Two questions ask for the feature “age”"),
        ({"features-1-key": "hat"}, "Select a valid choice."),
        ({"features-1-options": " \r\n "}, "This field is required."),
        ({"features-1-options": "a\r\nb\r\na"}, "“a” occurs twice"),
        ({"features-1-options": "18-24\r\n18\u201324"}, "“18\u201324” occurs twice"),
        ({"features-1-options": "a", "features-1-screened_out": "a"}, "All options screen participants out."),
        ({f"features-{number}-DELETE": "on" for number in range(5)}, "The persona form has no questions."),
    ],
)
def test_mistakes_are_reported_nothing_is_stored_and_no_entry_is_lost(
    client: Client, changes: dict[str, Any], sentence: str
) -> None:
    make_study()
    form = new_form(client, description="Typed with care.") | changes
    answer = client.post(NEW, form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert Study.objects.count() == 1
    again = read_form(answer.text)
    kept = [name for name in ("title", "description", "consent", "goals-3-text") if "goals-TOTAL_FORMS" not in changes]
    assert {name: again[name] for name in kept} == {name: form[name] for name in kept}


def test_a_study_whose_chatbot_is_no_longer_described_can_still_be_changed(client: Client) -> None:
    study = make_study()
    Study.objects.update(chatbot="llama-2-13b-q5")
    page = client.get("/studies/demo/edit/").text
    assert "llama-2-13b-q5 (models.toml has no such responder)" in page
    assert edit(client, study, title="Renamed").status_code == 302
    assert Study.objects.get().chatbot == "llama-2-13b-q5"


def test_a_frozen_study_is_shown_and_leads_to_its_copy(client: Client) -> None:
    study = make_study()
    freeze_study(study)
    page = client.get("/studies/demo/edit/").text
    assert "Copy the study to change it." in page
    assert "<textarea" not in page
    answer = client.post("/studies/demo/copy/")
    assert answer["Location"] == "/studies/demo-copy/edit/"
    assert "<textarea" in client.get("/studies/demo-copy/edit/").text


def test_what_was_typed_while_the_study_froze_is_not_stored_and_not_lost(client: Client) -> None:
    study = make_study()
    form = edit_form(client, study, welcome="Typed for an hour.", title="Another")
    freeze_study(study)
    answer = client.post("/studies/demo/edit/", form)
    assert answer.status_code == 422
    assert "Typed for an hour." in answer.text
    assert "Copy it to change it." in answer.text
    assert Study.objects.get().title == study.title
    assert Goal.objects.count() == 2


def test_a_study_that_freezes_between_the_check_and_the_storing_stays_as_it_is(client: Client) -> None:
    study = make_study()
    sent = QueryDict(mutable=True)
    sent.update(edit_form(client, study, title="Another"))
    editor = StudyEditor(Study.objects.get(), sent)
    assert editor.is_valid()
    freeze_study(study)
    assert not editor.save()
    assert "Copy it to change it." in str(editor.form.non_field_errors())
    study.refresh_from_db()
    assert (study.title, study.is_frozen, study.goals.count()) == ("LLM Roleplay: the paper's study", True, 2)


def test_quotas_for_options_that_the_form_loses_go_with_them(client: Client) -> None:
    study = make_study()
    Recruitment.objects.create(study=study, quotas={"age": {"18 to 24": 3, "25 to 34": 4}, "gender": {"Male": 1}})
    edit(client, study, **{"features-0-options": "25 to 34\r\n35 to 44", "features-2-DELETE": "on"})
    assert Recruitment.objects.get().quotas == {"age": {"25 to 34": 4}}


def test_a_text_is_shown_as_participants_will_see_it_and_never_as_markup(client: Client) -> None:
    shown = client.post("/new-study/preview/consent/", {"consent": "**Yes** <script>alert(1)</script>"}).text
    assert "<strong>Yes</strong>" in shown
    assert "<script" not in shown
    assert client.post("/new-study/preview/slug/", {"slug": "x"}).status_code == 404


@pytest.mark.parametrize(
    "address",
    [NEW, "/studies/demo/edit/", "/studies/demo/recruitment/", "/studies/demo/collecting/", "/studies/demo/data/"],
)
def test_only_staff_gets_in(address: str) -> None:
    make_study()
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")
    assert Client().post("/studies/demo/copy/").status_code == 302
    assert Study.objects.count() == 1


def test_the_top_of_the_page_leads_to_every_mistake_and_rows_that_go_have_none(client: Client) -> None:
    changes = {"goals-2-text": "", "goals-4-text": "", "goals-4-DELETE": "on", "features-1-screened_out": "White"}
    page = client.post(NEW, new_form(client) | changes | {"title": "", "features-1-options": "White"}).text
    found = [part.split("</a>")[0] for part in page.split('class="mistakes"')[1].split("</ul>")[0].split('href="#')[1:]]
    assert found == [
        'id_title">Title: This field is required.',
        'id_goals-2-text">Goal 3, Text: This field is required.',
        'id_features-1-screened_out">Question Race, Options that screen out: All options screen participants out. '
        "Leave at least one option unticked.",
    ]
    assert all(f'id="{one.split(chr(34))[0]}"' in page for one in found)


def test_a_new_chatbot_closes_an_open_study_until_it_has_answered(client: Client, settings: Settings) -> None:
    settings.MODELS_FILE = Path(__file__).parents[2] / "data" / "chat_models.toml"
    study = make_study()
    Recruitment.objects.create(study=study, is_open=True)
    edit(client, study, title="Another title")
    assert Recruitment.objects.get().is_open
    client.post("/studies/demo/edit/", edit_form(client, study, chatbot="quick"))
    assert (Recruitment.objects.get().is_open, Study.objects.get().chatbot) == (False, "quick")
    assert "its new chatbot has not been tested" in client.get("/studies/demo/collecting/").text
