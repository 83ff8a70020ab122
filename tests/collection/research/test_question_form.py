"""The page of a study's questions and its persona sentence, and their preview."""

from typing import Any

import pytest
from django.test import Client

from collection.models import Recruitment
from collection.settings_of_studies import load_demo_study
from studies.models import Study
from studies.services import freeze_study
from tests.collection.research.editing import edit, edit_form, stored
from tests.factories import make_study

pytestmark = pytest.mark.django_db


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


def test_quotas_for_options_that_the_form_loses_go_with_them(client: Client) -> None:
    study = make_study()
    Recruitment.objects.create(study=study, quotas={"age": {"18 to 24": 3, "25 to 34": 4}, "gender": {"Male": 1}})
    edit(client, study, "questions/", **{"questions-0-options": "25 to 34\r\n35 to 44", "questions-2-DELETE": "on"})
    assert Recruitment.objects.get().quotas == {"age": {"25 to 34": 4}}
    page = client.get("/studies/demo/edit/questions/").text
    assert "Quotas for answers that the study no longer offers have been removed." in page
    assert "2 listed personas have answers that the questions no longer offer, such as " in page


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
    assert [f">a person{of}<" in page for of in (" of 18", " of 99", "")] == [True] * 3
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
