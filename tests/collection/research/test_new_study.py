"""The first step of a new study: what it starts from, and in which language."""

from typing import Any

import pytest
from django.test import Client

from collection.models import Recruitment
from collection.research.opening import what_it_lacks
from collection.settings_of_studies import load_demo_study
from studies.models import Goal, Persona, Study
from studies.services import freeze_study
from studies.texts import default_consent, default_instruction, default_welcome
from tests.collection.research.editing import PAGES, address, edit
from tests.collection.research.forms import read_form
from tests.factories import make_study

pytestmark = pytest.mark.django_db
NEW = "/new-study/"
OWN = ("id", "slug", "title", "description", "created_at", "study_id")


def create(client: Client, **typed: str) -> Any:
    return client.post(NEW, read_form(client.get(NEW).text) | {"title": "My study"} | typed)


def stored(study: Study) -> list[Any]:
    values = [Study.objects.filter(pk=study.pk).values().get(), *study.goals.order_by("number").values()]
    return [{key: value for key, value in row.items() if key not in OWN} for row in values]


def test_a_new_study_is_the_papers_and_leads_to_its_goals(client: Client) -> None:
    paper = load_demo_study("tiny")
    answer = create(client)
    assert (answer.status_code, answer["Location"]) == (302, "/studies/my-study/edit/goals/")
    study = Study.objects.get(slug="my-study")
    assert stored(study) == stored(paper)
    assert study.audit_lines.get().verb == "created"


def test_a_german_study_starts_with_german_texts(client: Client) -> None:
    create(client, language="de", slug="tuer")
    study = Study.objects.get(slug="tuer")
    texts = [default("de") for default in (default_welcome, default_consent, default_instruction)]
    assert [study.language, study.welcome, study.consent, study.instruction] == ["de", *texts]
    hint = "These parts seem to be in English, but the study is in German: goals, questions."
    for page in ("edit/goals/", "edit/", "collecting/"):
        assert hint in client.get(f"/studies/tuer/{page}").text
    page = client.get("/studies/tuer/edit/questions/").text
    assert "choose the prompt set plain-de, which is in German, too." in page
    assert read_form(client.get("/studies/tuer/simulate/").text)["inquirer_prompts"] == "plain-de"


def test_an_empty_study_has_nothing_but_texts_opens_on_every_page_and_says_what_it_lacks(client: Client) -> None:
    create(client, start="empty")
    study = Study.objects.get()
    assert (study.goals.count(), study.questionnaire, study.chatbot) == (0, [], "tiny")
    shown = [address(study, page) for page in PAGES]
    shown += [f"/studies/my-study/{page}" for page in ("", "collecting/", "personas/", "recruitment/", "data/")]
    assert {one: client.get(one).status_code for one in shown} == dict.fromkeys(shown, 200)
    assert client.get("/s/my-study/preview/").status_code == 200
    assert client.get("/s/my-study/preview/form/").status_code == 200
    assert what_it_lacks(study) == [
        "The study has no goals yet. Add at least one.",
        "The persona form has no questions yet. Add at least one.",
    ]
    row = {"goals-0-number": "1", "goals-0-domain": "Music", "goals-0-text": "You want a tune."}
    assert edit(client, study, "goals/", **row, **{"goals-TOTAL_FORMS": "1"}).status_code == 302
    cockpit = client.get("/studies/my-study/").text
    assert "The persona form has no questions yet." in cockpit
    assert '<a class="button primary" href="/studies/my-study/edit/questions/">Add questions</a>' in cockpit
    assert read_form(client.get("/studies/my-study/edit/questions/").text)["persona_template"] == ""
    question = {"label": "Stimmung", "kind": "single", "placement": "persona_form", "options": "gut\r\nschlecht"}
    rows = {f"questions-0-{name}": value for name, value in question.items()}
    assert edit(client, study, "questions/", **rows, **{"questions-TOTAL_FORMS": "1"}).status_code == 302
    study.refresh_from_db()
    assert what_it_lacks(study) == []
    page = client.get("/studies/my-study/edit/questions/").text
    assert "The persona sentence names none of the questions, so it is the same for everyone." in page


def test_a_copy_keeps_everything_but_people_and_its_language_unless_another_is_chosen(client: Client) -> None:
    original = make_study()
    Study.objects.update(language="de", instruction="Meine Anweisung.", welcome=default_welcome("de"))
    Recruitment.objects.create(study=original, seats=7, is_open=True)
    freeze_study(original)
    create(client, start="copy", original="demo", title="Zweite")
    create(client, start="copy", original="demo", title="Second", language="en-gb")
    second, third = Study.objects.get(slug="zweite"), Study.objects.get(slug="second")
    assert (second.language, second.welcome, second.is_frozen) == ("de", default_welcome("de"), False)
    assert (third.language, third.welcome, third.instruction) == ("en-gb", default_welcome(), "Meine Anweisung.")
    assert (second.goals.count(), second.personas.count()) == (2, original.personas.count())
    assert (second.recruitment.seats, second.recruitment.is_open) == (7, False)


def test_each_title_gives_a_short_name_that_no_other_study_has(client: Client) -> None:
    for title in ("My study", "My study", "我的研究", "我的研究"):
        create(client, title=title)
    assert list(Study.objects.order_by("pk").values_list("slug", flat=True)) == [
        "my-study",
        "my-study-2",
        "study",
        "study-2",
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"slug": "demo"}, "Another study has this short name. Choose a different one."),
        ({"start": "copy"}, "Choose the study to copy, or start from another."),
        ({"start": "copy", "original": "gone"}, "Select a valid choice."),
        ({"start": "thin air"}, "Select a valid choice."),
        ({"language": "tlh"}, "Select a valid choice."),
    ],
)
def test_mistakes_are_reported_and_nothing_is_stored(client: Client, typed: dict[str, str], sentence: str) -> None:
    make_study()
    answer = create(client, **{"title": "Typed with care", **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert read_form(answer.text)["title"] == typed.get("title", "Typed with care")
    assert (Study.objects.count(), Goal.objects.count(), Persona.objects.count()) == (1, 2, 2)
