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
    assert edit(client, study, **{"goals-TOTAL_FORMS": "4", "questions-TOTAL_FORMS": "5"}).status_code == 302
    assert study.goals.count() == 2


def test_questions_are_ordered_screened_and_removed(client: Client) -> None:
    study = make_study()
    edit(
        client,
        study,
        **{
            "questions-0-ORDER": "9",
            "questions-0-options": "young\r\n  old  \r\n\r\n",
            "questions-0-screened_out": ["young", "Under 18"],
            "questions-1-DELETE": "on",
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
        ({"questions-1-key": "age"}, "Two questions have the key “age”. Give each question a different key."),
        ({"questions-1-key": "My hat"}, "Enter a key of small letters, digits and single underscores"),
        ({"questions-1-key": "state"}, "Question Race: This question has the key “state”, which exports use"),
        ({"questions-1-kind": "hat"}, "Select a valid choice."),
        (
            {"questions-1-kind": "scale"},
            "Question Race: This question needs two whole numbers as the ends of its scale",
        ),
        ({"questions-1-depends_on": "mood", "questions-1-depends_answers": "good"}, "“mood”, which does not exist."),
        ({"persona_template": "a person{ of [height]}"}, "names [height], but no question has this key."),
        ({"persona_template": "a person of [age]"}, "cannot be read: [age] is not in braces."),
        ({"questions-1-options": " \r\n "}, "Question Race: This question has no options. Add at least one."),
        ({"questions-1-options": "a\r\nb\r\na"}, "“a” occurs twice"),
        ({"questions-1-options": "18-24\r\n18\u201324"}, "“18\u201324” occurs twice"),
        ({"questions-1-options": "a", "questions-1-screened_out": "a"}, "All options screen participants out."),
        ({f"questions-{number}-DELETE": "on" for number in range(5)}, "The persona form has no questions."),
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
    edit(client, study, **{"questions-0-options": "25 to 34\r\n35 to 44", "questions-2-DELETE": "on"})
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
    changes = {"goals-2-text": "", "goals-4-text": "", "goals-4-DELETE": "on", "questions-1-screened_out": "White"}
    page = client.post(NEW, new_form(client) | changes | {"title": "", "questions-1-options": "White"}).text
    found = [part.split("</a>")[0] for part in page.split('class="mistakes"')[1].split("</ul>")[0].split('href="#')[1:]]
    assert found == [
        'id_title">Title: This field is required.',
        'id_goals-2-text">Goal 3, Text: This field is required.',
        'id_questions-1-screened_out">Question Race, Options that screen out: All options screen participants out. '
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


def own_questions(*questions: dict[str, Any]) -> dict[str, Any]:
    """Return the form's data for these questions in place of the paper's."""
    rows = {f"questions-{place}-{name}": value for place, row in enumerate(questions, 5) for name, value in row.items()}
    ticks = {f"questions-{place}-{name}": "on" for place in range(5, 5 + len(questions)) for name in ("is_required",)}
    removed = {f"questions-{place}-DELETE": "on" for place in range(5)}
    return removed | ticks | {"questions-TOTAL_FORMS": str(5 + len(questions))} | rows


AGE = {
    "label": "How old are you?",
    "key": "age",
    "kind": "number",
    "placement": "persona_form",
    "low": "18",
    "high": "99",
}
MOOD = {"label": "Mood today", "kind": "single", "placement": "before", "options": "good\r\nbad"}
WHY = {"label": "Why?", "kind": "long_text", "placement": "before"} | {
    "depends_on": "mood_today",
    "depends_answers": "bad",
}


def test_questions_of_other_kinds_and_a_sentence_are_stored_and_shown_again(client: Client) -> None:
    template = "a person{ of [age]}"
    client.post(NEW, new_form(client, slug="mine") | own_questions(AGE, MOOD, WHY) | {"persona_template": template})
    study = Study.objects.get(slug="mine")
    assert study.persona_template == template
    withheld = {"withholdable": False}
    assert study.questionnaire == [
        {"key": "age", "label": "How old are you?", **withheld, "kind": "number", "low": 18.0, "high": 99.0},
        {"key": "mood_today", "label": "Mood today", "options": ["good", "bad"], "screened_out": []}
        | {**withheld, "placement": "before"},
        {"key": "why", "label": "Why?", **withheld, "kind": "long_text", "placement": "before"}
        | {"shown_if": {"key": "mood_today", "answers": ["bad"]}},
    ]
    edit(client, study)
    assert Study.objects.values().get(slug="mine")["questionnaire"] == study.questionnaire
    freeze_study(study)
    page = client.get("/studies/mine/edit/").text
    assert "only if mood_today is bad" in page
    assert template in page


def test_a_preview_shows_the_questions_and_every_sentence_and_stores_nothing(client: Client) -> None:
    form = new_form(client) | own_questions(AGE, MOOD, WHY) | {"persona_template": "a person{ of [age]}"}
    page = client.post("/new-study/questions/", form).text
    assert "Asked before the first goal" in page
    assert """data-shown-if="mood_today" data-answers="[&quot;bad&quot;]\"""" in page
    assert "The sentences for all 3 combinations of answers." in page
    assert [f"You are a person{of}." in page for of in (" of 18", " of 99", "")] == [True] * 3
    assert not Study.objects.exists()
    paper = client.post("/new-study/questions/", new_form(client)).text
    assert "combinations of answers: each answer once, each question unanswered, and each alone." in paper


def test_a_preview_names_mistakes_instead(client: Client) -> None:
    form = new_form(client) | own_questions(AGE, {**MOOD, "options": ""})
    assert "Question Mood today: This question has no options." in client.post("/new-study/questions/", form).text
    form = new_form(client) | own_questions(AGE) | {"persona_template": "a person{ of [mood]}"}
    page = client.post("/new-study/questions/", form).text
    assert (
        "The persona sentence names [mood], but no question has this key. Correct the key, or add the question." in page
    )
