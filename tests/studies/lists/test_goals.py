"""Lists of goals: what is understood, refused, stored and exported."""

import json
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from studies.lists.entries import UnreadableList, decode
from studies.lists.goals import goals_as_csv, goals_as_jsonl, read_goals
from studies.models import Goal, Study
from tests.factories import make_staff, make_study


def understood(text: str) -> list[tuple[int, str, str]]:
    return [(goal.number, goal.domain, goal.text) for goal in read_goals(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Bake bread\nSell it",
        "Bake bread\r\n\r\nSell it\r\n",
        "text\nBake bread\nSell it",
        "Number;Goal\n1;Bake bread\n2;Sell it\n",
        'number\ttext\tdomain\n1\t"Bake bread"\tGeneral Knowledge\n\n2\tSell it\t\n',
        '{"text": "Bake bread"}\n{"text": "Sell it", "number": 2}',
        '{"source": "us", "goals": [{"text": "Bake bread", "domain": "General Knowledge"}, {"text": "Sell it"}]}',
    ],
)
def test_a_list_is_understood_in_every_format(text: str) -> None:
    assert understood(text) == [(1, "General Knowledge", "Bake bread"), (2, "General Knowledge", "Sell it")]


def test_a_goal_over_several_lines_stays_one() -> None:
    assert [text for _number, _domain, text in understood("Run:\n\nx = 1\ny = 2\n\nThen stop")] == [
        "Run:",
        "x = 1\ny = 2",
        "Then stop",
    ]
    assert understood('text\n"x = 1\n\ny = 2"')[0][2] == "x = 1\n\ny = 2"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The list is empty"),
        ("text\n", "The list has no entries"),
        ("text,colour\nBake,red", "The column “colour” is unknown"),
        ("text,goal\nBake,Sell", "Two columns hold the value “text”"),
        ("text\nBake,red", "Row 2 has 2 cells"),
        ('text\n"=SUM(A1)"', "Row 2 contains a formula"),
        ('text\n"Bake', "not valid CSV"),
        ('{"text": "Bake"}\n{"text": ', "Line 2 is not valid JSON"),
        ("[1]", "Entry 1 must be an object"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableList, match=sentence):
        read_goals(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("number,text\n1,Bake\n1,Sell", "Two goals have the number 1"),
        ("number,text\none,Bake", "Row 2, number: Enter a whole number"),
        ("Bake\nBake", "Two goals have the same text"),
        ("text,domain\n,Math", "Row 2, text: This field is required"),
        ("\n".join(f"Goal {number}" for number in range(101)), "A study can have 100 goals"),
    ],
)
def test_goals_that_a_study_cannot_have_are_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        read_goals(text)


def test_goals_in_another_encoding_are_refused_not_garbled() -> None:
    with pytest.raises(UnreadableList, match="not in UTF-8"):
        decode("Brötchen backen".encode("latin-1"))
    assert decode("Brötchen".encode("utf-16")) == decode("\ufeffBrötchen".encode()) == "Brötchen"


@pytest.mark.parametrize("lines", [goals_as_csv, goals_as_jsonl])
def test_exported_goals_are_imported_as_they_were(lines: Callable[[Iterable[Goal], Study], Iterator[str]]) -> None:
    goals = [
        Goal(number=3, domain="Math", text='  A line, a "quote"\n\nand a blank one '),
        Goal(number=7, domain="Ü", text="'=1+1"),
        Goal(number=8, domain="Ü", text="=1+1"),
    ]
    assert understood("".join(lines(goals, Study()))) == [(goal.number, goal.domain, goal.text) for goal in goals]


@pytest.fixture
def study(db: None) -> Study:
    return make_study(goal_count=2)


@pytest.fixture
def researcher(client: Client, study: Study) -> Client:
    client.force_login(make_staff())
    return client


def address(study: Study) -> str:
    return reverse("import-goals", args=[study.slug])


def send(researcher: Client, study: Study, **data: object) -> tuple[int, str]:
    response = researcher.post(address(study), data)
    return response.status_code, response.content.decode()


def test_a_list_is_previewed_before_anything_is_stored(researcher: Client, study: Study) -> None:
    file = SimpleUploadedFile("goals.csv", "\ufefftext;domain\nBröt & <b>Brot</b>;Baking\n".encode())
    status, page = send(researcher, study, file=file)
    assert (status, study.goals.count()) == (200, 2)
    assert "1 goal understood" in page
    assert "Bröt &amp; &lt;b&gt;Brot&lt;/b&gt;" in page
    confirmed = {"text": "text;domain\r\nBröt & <b>Brot</b>;Baking\r\n", "store": ""}
    assert "1 goal has been imported." in researcher.post(address(study), confirmed, follow=True).text
    assert study.goals.count() == 3
    added = study.goals.get(number=3)
    assert (added.domain, added.text) == ("Baking", "Bröt & <b>Brot</b>")
    assert study.audit_lines.filter(words__contains="added 1 from a list").exists()


def test_a_list_can_replace_the_goals(researcher: Client, study: Study) -> None:
    send(researcher, study, text="Bake bread", replace="yes", store="")
    assert [(goal.number, goal.text) for goal in study.goals.all()] == [(1, "Bake bread")]


def test_a_list_with_a_mistake_stores_nothing(researcher: Client, study: Study) -> None:
    status, page = send(researcher, study, text="number,text\n9,Bake\n1,Sell", store="")
    assert (status, study.goals.count()) == (422, 2)
    assert "Two goals have the number 1" in page
    assert "9,Bake\n1,Sell" in page


def test_a_frozen_study_imports_nothing(researcher: Client, study: Study) -> None:
    Study.objects.update(frozen_at="2024-01-01T00:00:00Z")
    status, page = send(researcher, study, text="Bake bread", store="")
    assert (status, study.goals.count()) == (403, 2)
    assert "Copy it to change it" in page


def test_goals_are_exported_for_spreadsheets_and_programs(researcher: Client, study: Study) -> None:
    table = researcher.get(reverse("export-goals-csv", args=[study.slug])).getvalue().decode()
    assert table.startswith("\ufeffnumber,domain,text\r\n")
    lines = researcher.get(reverse("export-goals-jsonl", args=[study.slug])).getvalue().decode()
    assert [json.loads(line)["number"] for line in lines.splitlines()] == [1, 2]
