"""Lists of personas: what is understood, refused, stored and exported."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from studies.lists.entries import UnreadableList
from studies.lists.personas import personas_as_csv, personas_as_jsonl, read_personas
from studies.models import Persona, Study
from tests.factories import make_staff, make_study

OWN: list[dict[str, Any]] = [
    {"key": "job", "label": "Your job?", "options": ["Baker", "Cook; of any kind"]},
    {"key": "tools", "label": "Tools?", "kind": "multiple", "options": ["Oven", "Knife; sharp", "[Pot"]},
    {"key": "years", "label": "Years?", "kind": "number", "low": 0, "high": 60},
    {"key": "words", "label": "In your words?", "kind": "long_text"},
]
HEAD = "code,job,tools,years,words\n"


@pytest.fixture
def study(db: None) -> Study:
    return make_study(goal_count=1, persona_count=2)


@pytest.fixture
def own(study: Study) -> Study:
    study.questionnaire = OWN
    study.persona_template = "a [job]"
    study.save()
    return study


def understood(study: Study, text: str) -> list[tuple[str, dict[str, Any]]]:
    return [(persona.code, persona.features) for persona in read_personas(study, text)]


def test_a_table_is_understood_by_keys_or_by_the_words_of_the_questions(own: Study) -> None:
    expected = [("A", {"job": "Baker", "tools": ["Oven", "Knife; sharp"], "years": 3, "words": "=Not a formula"})]
    quoted = '"[""Oven"", ""Knife; sharp""]"'
    assert understood(own, f"{HEAD}A,Baker,{quoted},3,'=Not a formula") == expected
    assert (
        understood(own, f"Code,Your job?,Tools?,Years?,In your words?\nA,Baker ,{quoted},3.0,'=Not a formula")
        == expected
    )


def test_personas_without_a_code_get_the_next_free_one(own: Study) -> None:
    assert [code for code, _ in understood(own, f"{HEAD},Baker,,,\nP01,Baker,,,\n,Baker,,,")] == ["P02", "P01", "P03"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("code,job,tools,years\nA,Baker,,", "no column for “words”. Add one for each question of the persona form"),
        ("A person of any kind", "The first row must name the columns"),
        (f"{HEAD}A,Baker,,,,more", "Row 2 has 6 cells"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_in_a_sentence(own: Study, text: str, sentence: str) -> None:
    with pytest.raises(UnreadableList, match=sentence):
        read_personas(own, text)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("A,Butcher,,,", "Row 2: 'Butcher' is not an answer to 'job'"),
        ("A,,Fork,,", "Row 2: .* is not an answer to 'tools'"),
        ("A,,,many,", "Row 2: 'many' is not an answer to 'years'"),
        (f"{'A' * 41},,,,", "Row 2: the code has 41 characters"),
        ("A,,,,\nA,,,,", "Two personas have the code “A”"),
    ],
)
def test_personas_that_a_study_cannot_have_are_refused_in_a_sentence(own: Study, row: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        read_personas(own, HEAD + row)


@pytest.mark.parametrize("lines", [personas_as_csv, personas_as_jsonl])
def test_exported_personas_are_imported_as_they_were(
    own: Study, lines: Callable[[Iterable[Persona], Study], Iterator[str]]
) -> None:
    features: list[dict[str, Any]] = [
        {"job": "Cook; of any kind", "tools": ["Knife; sharp", "[Pot"], "years": 2.5, "words": 'Two\nlines, "quoted"'},
        {"tools": ["Oven", "[Pot"], "years": 0},
        {"tools": ["Knife; sharp"], "words": " '=1 "},
    ]
    personas = [Persona(code=f"A{place}", features=each) for place, each in enumerate(features)]
    assert understood(own, "".join(lines(personas, own))) == [(one.code, one.features) for one in personas]


def test_the_papers_personas_survive_an_export_and_an_import(study: Study, client: Client) -> None:
    before = list(study.personas.values_list("code", "features"))
    client.force_login(make_staff())
    exported = client.get(reverse("export-personas-csv", args=[study.slug])).getvalue().decode()
    data = {"text": exported, "replace": "yes"}
    page = client.post(reverse("import-personas", args=[study.slug]), data)
    assert "2 personas understood" in page.content.decode()
    client.post(reverse("import-personas", args=[study.slug]), data | {"store": ""})
    assert list(study.personas.values_list("code", "features")) == before


def test_a_code_that_is_in_use_is_refused(study: Study, client: Client) -> None:
    client.force_login(make_staff())
    exported = client.get(reverse("export-personas-jsonl", args=[study.slug])).getvalue().decode()
    page = client.post(reverse("import-personas", args=[study.slug]), {"text": exported, "store": ""})
    assert page.status_code == 422
    assert "Two personas have the code" in page.content.decode()
    assert study.personas.count() == 2
