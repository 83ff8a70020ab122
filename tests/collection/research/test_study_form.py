"""The form with which a researcher creates and edits a study."""

from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import Settings

from collection.models import Recruitment
from collection.settings_of_studies import load_demo_study
from studies.editor.pages import AboutPage
from studies.models import Goal, Study
from studies.services import freeze_study
from tests.collection.research.editing import PAGES, address, edit, edit_form
from tests.collection.research.forms import read_form
from tests.factories import make_study

pytestmark = pytest.mark.django_db
OWN = {"id", "slug", "title", "description", "created_at", "study_id"}


def stored(study: Study) -> list[Any]:
    values = [Study.objects.filter(pk=study.pk).values().get(), *study.goals.order_by("number").values()]
    return [{key: value for key, value in row.items() if key not in OWN} for row in values]


def test_pages_that_are_sent_as_they_were_shown_change_nothing(client: Client) -> None:
    study = load_demo_study("tiny")
    Study.objects.filter(pk=study.pk).update(min_turns=2, max_turns=5, keeps_unread_replies=True, goal_order="shuffled")
    before = Study.objects.values().get(), list(study.goals.values("number", "domain", "text"))
    assert [edit(client, study, page).status_code for page in PAGES] == [302] * 5
    assert (Study.objects.values().get(), list(study.goals.values("number", "domain", "text"))) == before


def test_each_page_leads_to_the_next_and_the_last_to_the_study(client: Client) -> None:
    study = make_study()
    after = [edit(client, study, page, **{"continue": ""})["Location"] for page in PAGES]
    assert after == [*(f"/studies/demo/edit/{page}" for page in PAGES[1:]), "/studies/demo/"]
    assert edit(client, study, "goals/")["Location"] == "/studies/demo/edit/goals/"


def test_two_people_who_edit_different_pages_lose_nothing(client: Client) -> None:
    study = make_study()
    shown = edit_form(client, study, "texts/", consent="Theirs.")
    edit(client, study, "", title="Mine")
    edit(client, study, "chatbots/", goal_order="shuffled")
    client.post("/studies/demo/edit/texts/", shown)
    study.refresh_from_db()
    assert (study.title, study.goal_order, study.consent) == ("Mine", "shuffled", "Theirs.")


def test_faults_of_other_pages_do_not_keep_a_page_from_being_saved(client: Client) -> None:
    study = make_study()
    Study.objects.update(questionnaire=[], chatbot_character="Gone", persona_template="a person{ of [height]}")
    assert edit(client, study, "texts/", consent="Mine.").status_code == 302
    assert "lower than the minimum" in edit(client, study, "texts/", min_turns="3", max_turns="2").text
    study.refresh_from_db()
    assert (study.consent, study.min_turns) == ("Mine.", 1)


def test_texts_rules_and_chatbot_are_stored_as_they_were_written(client: Client) -> None:
    study = make_study()
    edit(client, study, "chatbots/", goal_order="shuffled")
    limits = {"min_turns": "2", "max_turns": "8", "keeps_unread_replies": "on"}
    edit(client, study, "texts/", welcome="# Hello\r\n\r\nYou", consent_version="2", **limits)
    study.refresh_from_db()
    assert (study.welcome, study.consent_version, study.goal_order) == ("# Hello\n\nYou", "2", "shuffled")
    assert (study.min_turns, study.max_turns, study.keeps_unread_replies, study.chatbot) == (2, 8, True, "tiny")


def test_goals_are_added_changed_and_removed(client: Client) -> None:
    study = make_study()
    edit(
        client,
        study,
        "goals/",
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
    assert edit(client, study, "goals/", **{"goals-TOTAL_FORMS": "4"}).status_code == 302
    assert edit(client, study, "questions/", **{"questions-TOTAL_FORMS": "5"}).status_code == 302
    assert study.goals.count() == 2


def test_questions_are_ordered_screened_and_removed(client: Client) -> None:
    study = make_study()
    edit(
        client,
        study,
        "questions/",
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
    ("page", "changes", "sentence"),
    [
        ("", {"title": ""}, "This field is required."),
        (
            "",
            {"title": "!", "slug": ""},
            "No short name can be derived from this title. Enter one with letters, digits",
        ),
        ("", {"slug": "no spaces please"}, "Use letters without accents"),
        ("", {"slug": "demo"}, "Another study has this short name"),
        ("texts/", {"welcome": "  \r\n"}, "This field is required."),
        ("texts/", {"consent": "x" * 20_001}, "at most 20000 characters"),
        (
            "texts/",
            {"max_turns": "1", "min_turns": "2"},
            "The maximum number of turns is lower than the minimum. Raise it,",
        ),
        ("chatbots/", {"chatbot": "gone"}, "Select a valid choice."),
        ("goals/", {"goals-1-number": "1"}, "Two goals have the number 1"),
        ("goals/", {"goals-1-text": "Fly\u200b.", "goals-2-text": "Fly."}, "Two goals have the same text: “Fly.”"),
        ("goals/", {"goals-1-text": ""}, "This field is required."),
        ("goals/", {"goals-0-text": "a\x00b"}, "Null characters are not allowed."),
        (
            "goals/",
            {f"goals-{number}-DELETE": "on" for number in range(10)},
            "The study has no goals. Add at least one.",
        ),
        ("goals/", {"goals-TOTAL_FORMS": "lots"}, "The study has no goals. Add at least one."),
        (
            "questions/",
            {"questions-1-key": "age"},
            "Two questions have the key “age”. Give each question a different key.",
        ),
        (
            "questions/",
            {"questions-1-key": "My hat"},
            "Enter a key of small letters, digits and single underscores",
        ),
        (
            "questions/",
            {"questions-1-key": "state"},
            "Question Race: This question has the key “state”, which exports use",
        ),
        ("questions/", {"questions-1-kind": "hat"}, "Select a valid choice."),
        (
            "questions/",
            {"questions-1-kind": "scale"},
            "Question Race: This question needs two whole numbers as the ends of its scale",
        ),
        (
            "questions/",
            {"questions-1-depends_on": "mood", "questions-1-depends_answers": "good"},
            "“mood”, which does not exist.",
        ),
        (
            "questions/",
            {"persona_template": "a person{ of [height]}"},
            "names [height], but no question has this key.",
        ),
        ("questions/", {"persona_template": "a person of [age]"}, "cannot be read: [age] is not in braces."),
        (
            "questions/",
            {"questions-1-options": " \r\n "},
            "Question Race: This question has no options. Add at least one.",
        ),
        ("questions/", {"questions-1-options": "a\r\nb\r\na"}, "“a” occurs twice"),
        ("questions/", {"questions-1-options": "18-24\r\n18\u201324"}, "“18\u201324” occurs twice"),
        (
            "questions/",
            {"questions-1-options": "a", "questions-1-screened_out": "a"},
            "All options screen participants out.",
        ),
        (
            "questions/",
            {f"questions-{number}-DELETE": "on" for number in range(5)},
            "The persona form has no questions.",
        ),
    ],
)
def test_mistakes_are_reported_nothing_is_stored_and_no_entry_is_lost(
    client: Client, page: str, changes: dict[str, Any], sentence: str
) -> None:
    make_study()
    study = load_demo_study("tiny") if page == "questions/" else make_study("mine", goal_count=10)
    before = stored(study)
    typed = {"": "description", "texts/": "instruction", "goals/": "goals-3-text", "questions/": "questions-2-label"}
    form = edit_form(client, study, page) | ({typed[page]: "Typed with care."} if page in typed else {}) | changes
    answer = client.post(address(study, page), form)
    assert answer.status_code == 422
    assert sentence in answer.text
    study.refresh_from_db()
    assert stored(study) == before
    if page in typed and "goals-TOTAL_FORMS" not in changes:
        assert read_form(answer.text)[typed[page]] == form[typed[page]]


def test_a_study_whose_chatbot_is_no_longer_described_can_still_be_changed(client: Client) -> None:
    study = make_study()
    Study.objects.update(chatbot="llama-2-13b-q5")
    page = client.get("/studies/demo/edit/chatbots/").text
    assert "llama-2-13b-q5 (models.toml has no such responder)" in page
    assert edit(client, study, "chatbots/", goal_order="shuffled").status_code == 302
    study.refresh_from_db()
    assert (study.chatbot, study.goal_order) == ("llama-2-13b-q5", "shuffled")


def test_a_frozen_study_is_shown_and_leads_to_its_copy(client: Client) -> None:
    study = make_study()
    freeze_study(study)
    for page in PAGES:
        shown = client.get(f"/studies/demo/edit/{page}").text
        assert "Copy the study to change it." in shown
        assert "<textarea" not in shown
    answer = client.post("/studies/demo/copy/")
    assert answer["Location"] == "/studies/demo-copy/edit/"
    assert "<textarea" in client.get("/studies/demo-copy/edit/").text


def test_what_was_typed_while_the_study_froze_is_not_stored_and_not_lost(client: Client) -> None:
    study = make_study()
    form = edit_form(client, study, "texts/", welcome="Typed for an hour.")
    goals = edit_form(client, study, "goals/", **{"goals-0-text": "Another."})
    freeze_study(study)
    for page, sent, typed in (("texts/", form, "Typed for an hour."), ("goals/", goals, "Another.")):
        answer = client.post(f"/studies/demo/edit/{page}", sent)
        assert answer.status_code == 422
        assert typed in answer.text
        assert "Copy it to change it." in answer.text
    assert Study.objects.get().welcome == study.welcome
    assert not Goal.objects.filter(text="Another.").exists()


def test_a_study_that_freezes_between_the_check_and_the_storing_stays_as_it_is(client: Client) -> None:
    study = make_study()
    sent = QueryDict(mutable=True)
    sent.update(edit_form(client, study, title="Another"))
    page = AboutPage(Study.objects.get(), sent)
    assert page.is_valid()
    freeze_study(study)
    assert not page.save()
    assert "Copy it to change it." in str(page.form.non_field_errors())
    study.refresh_from_db()
    assert (study.title, study.is_frozen, study.goals.count()) == ("LLM Roleplay: the paper's study", True, 2)


def test_quotas_for_options_that_the_form_loses_go_with_them(client: Client) -> None:
    study = make_study()
    Recruitment.objects.create(study=study, quotas={"age": {"18 to 24": 3, "25 to 34": 4}, "gender": {"Male": 1}})
    edit(client, study, "questions/", **{"questions-0-options": "25 to 34\r\n35 to 44", "questions-2-DELETE": "on"})
    assert Recruitment.objects.get().quotas == {"age": {"25 to 34": 4}}
    page = client.get("/studies/demo/edit/questions/").text
    assert "Quotas for answers that the study no longer offers have been removed." in page
    assert "2 listed personas have answers that the questions no longer offer, such as " in page


def test_a_text_is_shown_as_participants_will_see_it_and_never_as_markup(client: Client) -> None:
    shown = client.post("/new-study/preview/consent/", {"consent": "**Yes** <script>alert(1)</script>"}).text
    assert "<strong>Yes</strong>" in shown
    assert "<script" not in shown
    assert client.post("/new-study/preview/slug/", {"slug": "x"}).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/new-study/",
        "/studies/demo/edit/",
        "/studies/demo/recruitment/",
        "/studies/demo/collecting/",
        "/studies/demo/data/",
    ],
)
def test_only_staff_gets_in(address: str) -> None:
    make_study()
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")
    assert Client().post("/studies/demo/copy/").status_code == 302
    assert Study.objects.count() == 1


def test_the_top_of_the_page_leads_to_every_mistake_and_rows_that_go_have_none(client: Client) -> None:
    study = make_study("mine", goal_count=5)
    found = []
    for page, changes in (
        ("goals/", {"goals-2-text": "", "goals-4-text": "", "goals-4-DELETE": "on"}),
        ("questions/", {"questions-1-screened_out": "White", "questions-1-options": "White"}),
    ):
        shown = edit(client, study, page, **changes).text
        listed = shown.split('class="mistakes"')[1].split("</ul>")[0].split('href="#')[1:]
        found += [part.split("</a>")[0] for part in listed]
        assert all(f'id="{one.split(chr(34))[0]}"' in shown for one in found[-1:])
    assert found == [
        'id_goals-2-text">Goal 3, Text: This field is required.',
        'id_questions-1-screened_out">Question Race, Options that screen out: All options screen participants out. '
        "Leave at least one option unticked.",
    ]


def test_a_new_chatbot_closes_an_open_study_until_it_has_answered(client: Client, settings: Settings) -> None:
    settings.MODELS_FILE = Path(__file__).parents[2] / "data" / "chat_models.toml"
    study = make_study()
    Recruitment.objects.create(study=study, is_open=True)
    edit(client, study, title="Another title")
    assert Recruitment.objects.get().is_open
    edit(client, study, "chatbots/", chatbot="quick")
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
    study = load_demo_study("tiny")
    edit(client, study, "questions/", **own_questions(AGE, MOOD, WHY), persona_template=template)
    study.refresh_from_db()
    assert study.persona_template == template
    withheld = {"withholdable": False}
    assert study.questionnaire == [
        {"key": "age", "label": "How old are you?", **withheld, "kind": "number", "low": 18.0, "high": 99.0},
        {"key": "mood_today", "label": "Mood today", "options": ["good", "bad"], "screened_out": []}
        | {**withheld, "placement": "before"},
        {"key": "why", "label": "Why?", **withheld, "kind": "long_text", "placement": "before"}
        | {"shown_if": {"key": "mood_today", "answers": ["bad"]}},
    ]
    edit(client, study, "questions/")
    assert Study.objects.values().get()["questionnaire"] == study.questionnaire
    freeze_study(study)
    page = client.get("/studies/demo/edit/").text
    assert "only if mood_today is bad" in page
    assert template in page


def test_a_preview_shows_the_questions_and_every_sentence_and_stores_nothing(client: Client) -> None:
    study = load_demo_study("tiny")
    shown, before = edit_form(client, study, "questions/"), stored(study)
    form = shown | own_questions(AGE, MOOD, WHY) | {"persona_template": "a person{ of [age]}"}
    page = client.post("/new-study/questions/", form).text
    assert "Asked before the first goal" in page
    assert """data-shown-if="mood_today" data-answers="[&quot;bad&quot;]\"""" in page
    assert "The sentences for all 3 combinations of answers." in page
    assert [f"You are a person{of}." in page for of in (" of 18", " of 99", "")] == [True] * 3
    german = client.post("/new-study/questions/", form | {"language": "de"}).text
    assert "Bitte wählen" in german
    assert "Bitte wählen" not in page
    study.refresh_from_db()
    assert stored(study) == before
    paper = client.post("/new-study/questions/", shown).text
    assert "combinations of answers: each answer once, each question unanswered, and each alone." in paper


def test_a_preview_names_mistakes_instead(client: Client) -> None:
    shown = edit_form(client, load_demo_study("tiny"), "questions/")
    form = shown | own_questions(AGE, {**MOOD, "options": ""})
    assert "Question Mood today: This question has no options." in client.post("/new-study/questions/", form).text
    form = shown | own_questions(AGE) | {"persona_template": "a person{ of [mood]}"}
    page = client.post("/new-study/questions/", form).text
    assert (
        "The persona sentence names [mood], but no question has this key. Correct the key, or add the question." in page
    )
