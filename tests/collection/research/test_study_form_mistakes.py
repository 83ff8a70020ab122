"""Mistakes on the pages of a study are named where they are, and nothing of the page is stored."""

from typing import Any

import pytest
from django.test import Client

from collection.settings_of_studies import load_demo_study
from studies.models import Study
from tests.collection.research.editing import address, edit, edit_form, stored
from tests.collection.research.forms import read_form
from tests.factories import make_study

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("page", "changes", "sentence"),
    [
        ("", {"title": ""}, "This field is required."),
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


def test_faults_of_other_pages_do_not_keep_a_page_from_being_saved(client: Client) -> None:
    study = make_study()
    Study.objects.update(questionnaire=[], chatbot_character="Gone", persona_template="a person{ of [height]}")
    assert edit(client, study, "texts/", consent="Mine.").status_code == 302
    assert "lower than the minimum" in edit(client, study, "texts/", min_turns="3", max_turns="2").text
    study.refresh_from_db()
    assert (study.consent, study.min_turns) == ("Mine.", 1)
