"""The conditions of a study on its form: what is stored, what comes back, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from collection.models import Recruitment
from studies.characters import cast_characters
from studies.models import Condition, Study
from tests.collection.research.editing import edit
from tests.collection.research.forms import read_form
from tests.factories import make_study
from tests.simulation.characters import CORIOLANUS

pytestmark = pytest.mark.django_db
ADDRESS = "/studies/demo/edit/chatbots/"
EMPTY = dict.fromkeys(
    ("chatbot", "prompts", "temperature", "top_p", "top_k", "repeat_penalty", "instruction", "goals", "goal_order"), ""
)
COLD = {"name": "cold", "weight": "2", "temperature": "0.2", "goals": "2, 1", "instruction": "Be brief."}


@pytest.fixture(autouse=True)
def study(settings: Settings) -> Study:
    settings.MODELS_FILE = Path(__file__).parents[2] / "data" / "chat_models.toml"
    study = make_study()
    Study.objects.update(chatbot="quick")
    return study


def send(client: Client, *rows: dict[str, str], **study: str) -> Any:
    form: dict[str, Any] = read_form(client.get(ADDRESS).text) | study | {"conditions-TOTAL_FORMS": str(len(rows))}
    for number, row in enumerate(rows):
        values = EMPTY | {"weight": "1"} | row
        form |= {f"conditions-{number}-{name}": value for name, value in values.items()}
    return client.post(ADDRESS, form)


def test_conditions_are_stored_as_typed_and_an_unchanged_form_changes_nothing(client: Client, study: Study) -> None:
    cast_characters(study, [CORIOLANUS])
    rows = (COLD, {"name": " in  character", "character": "character: Coriolanus", "prompts": "llama-2-responder"})
    assert send(client, *rows).status_code == 302
    first, second = study.conditions.all()
    assert (first.name, first.weight, first.sampling, first.goals) == ("cold", 2, {"temperature": 0.2}, [2, 1])
    assert (first.instruction, first.chatbot, first.character) == ("Be brief.", "", "")
    assert (second.name, second.character, second.prompts) == ("in character", "Coriolanus", "llama-2-responder")
    before = [*study.conditions.values_list("name", "weight", "sampling", "goals", "character", "prompts")]
    assert client.post(ADDRESS, read_form(client.get(ADDRESS).text)).status_code == 302
    assert [*study.conditions.values_list("name", "weight", "sampling", "goals", "character", "prompts")] == before
    assert send(client).status_code == 302
    assert not study.conditions.exists()


@pytest.mark.parametrize(
    ("rows", "assignment", "sentence"),
    [
        pytest.param([COLD], "between", "needs at least two. Add another condition", id="one"),
        pytest.param([COLD, COLD | {"goals": ""}], "between", "Two conditions have the name “cold”.", id="name twice"),
        pytest.param(
            [COLD, COLD | {"name": "b"}], "between", "“cold” and “b” are identical. Change or remove one.", id="equal"
        ),
        pytest.param(
            [COLD, {"name": "b", "weight": "0"}],
            "between",
            "Nobody can get the condition “b”, because its weight is 0.",
            id="weight 0",
        ),
        pytest.param(
            [COLD, {"name": "b", "goals": "8 9"}],
            "between",
            "Nobody can get the condition “b”, because the study has none of its goals. Choose from: 1, 2.",
            id="no goals",
        ),
        pytest.param([COLD, {"name": "b", "goals": "1 9"}], "between", "The study has no goal 9", id="unknown goal"),
        pytest.param([COLD, {"name": "b", "goals": "one"}], "between", "Enter the numbers of goals", id="no numbers"),
        pytest.param([COLD, {"name": "b", "chatbot": "gpt-9"}], "between", "gpt-9", id="unknown model"),
        pytest.param([COLD, {"name": "b", "prompts": "gone@3"}], "between", "gone@3", id="unknown prompt set"),
        pytest.param(
            [COLD, {"name": "b", "temperature": "99"}],
            "between",
            "The sampling of the condition “b” is invalid.",
            id="hot",
        ),
        pytest.param([COLD, {"name": "", "goals": "1"}], "between", "This field is required.", id="no name"),
        pytest.param(
            [COLD, {"name": "b"}, {"name": "c", "temperature": "1.5"}],
            "within",
            "the study has 3 conditions and only 2 goals.",
            id="fewer goals than conditions",
        ),
        pytest.param(
            [COLD | {"goals": "1"}, {"name": "b", "goals": "1"}],
            "within",
            "some conditions share too few goals",
            id="the same goal",
        ),
        pytest.param(
            [COLD, {"name": "b", "goal_order": "shuffled"}], "within", "“b” has its own order of goals", id="own order"
        ),
    ],
)
def test_what_cannot_be_assigned_is_refused_in_a_sentence_and_nothing_is_stored(
    client: Client, rows: list[dict[str, str]], assignment: str, sentence: str
) -> None:
    answer = send(client, *rows, assignment=assignment, chatbot="patient")
    assert answer.status_code == 422
    assert sentence in answer.text.replace("&#x27;", "'")
    assert (Condition.objects.count(), Study.objects.get().chatbot) == (0, "quick")


def test_goals_that_a_condition_needs_can_go_with_a_warning(client: Client, study: Study) -> None:
    send(client, COLD, {"name": "b"})
    answer = edit(client, study, "goals/", **{"goals-1-DELETE": "on"})
    assert (answer.status_code, study.goals.count()) == (302, 1)
    assert "The study has no goal 2 for the condition “cold”." in client.get("/studies/demo/edit/chatbots/").text


def test_a_new_chatbot_in_a_condition_closes_the_study_and_a_new_instruction_does_not(
    client: Client, study: Study
) -> None:
    recruitment = Recruitment.objects.create(study=study, is_open=True)
    assert send(client, COLD | {"temperature": ""}, {"name": "b"}).status_code == 302
    recruitment.refresh_from_db()
    assert recruitment.is_open
    send(client, COLD, {"name": "b"})
    recruitment.refresh_from_db()
    assert not recruitment.is_open
