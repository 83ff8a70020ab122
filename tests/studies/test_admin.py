"""The admin as researchers use it, with an editable and a frozen study."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from collection.models import Outcome, Participant
from collection.research.opening import open_study
from dialogue.goals import load_listed
from simulation.requests import RunRequest
from simulation.selectors import requested_goals, requested_personas
from studies.models import Goal, Persona, Study
from studies.services import paper_questionnaire
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.factories import make_dialogue, make_study

pytestmark = pytest.mark.django_db
ADMIN, PEOPLE = "/admin/studies", "/admin/collection"
ALIKE = load_listed()[0].text.replace(" ", "\u00a0", 1)
AGE = json.dumps({"age": "25 to 34"})


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("researcher"))
    return client


@pytest.fixture
def study() -> Study:
    return make_study()


@pytest.fixture
def frozen() -> Study:
    study = make_study("frozen")
    study.frozen_at = timezone.now()
    study.save()
    return study


def goal_form(study: Study, /, **fields: Any) -> dict[str, Any]:
    return {"study": study.pk, "number": 7, "domain": "Math", "text": "Add two numbers."} | fields


def persona_form(study: Study, /, **fields: Any) -> dict[str, Any]:
    return {"study": study.pk, "code": "X1", "features": AGE} | fields


def study_form(**fields: Any) -> dict[str, Any]:
    form = {"slug": "mine", "title": "Mine", "chatbot": "tiny", "questionnaire": json.dumps(paper_questionnaire())}
    texts = {"welcome": "Hello.", "consent": "I agree.", "instruction": "Ask.", "consent_version": "1"}
    chosen = {"goal_order": "given", "assignment": "between", "min_turns": "1", "language": "en-gb"}
    return form | texts | chosen | fields


def stored() -> list[Any]:
    return [*Study.objects.values(), *Goal.objects.values(), *Persona.objects.values()]


def test_a_study_of_ones_own_is_made_with_a_goal_and_a_persona_and_can_have_a_run(client: Client) -> None:
    client.post(f"{ADMIN}/study/add/", study_form())
    study = Study.objects.get(slug="mine")
    client.post(f"{ADMIN}/goal/add/", goal_form(study))
    client.post(f"{ADMIN}/persona/add/", persona_form(study))
    request = RunRequest("tiny", "tiny", personas="listed")
    assert [goal.number for goal in requested_goals(study, request)] == [7]
    assert [persona.features for persona in requested_personas(study, request)] == [{"age": "25 to 34"}]


def test_codes_and_domains_are_stored_as_they_read(client: Client, study: Study) -> None:
    client.post(f"{ADMIN}/goal/add/", goal_form(study, domain="Math\u200b"))
    client.post(f"{ADMIN}/persona/add/", persona_form(study, code="\ufeffX\u20111"))
    assert (Goal.objects.latest("pk").domain, Persona.objects.latest("pk").code) == ("Math", "X-1")


def test_a_new_study_begins_with_the_papers_form(client: Client) -> None:
    assert "native_english" in client.get(f"{ADMIN}/study/add/").text


@pytest.mark.parametrize(
    ("page", "fields", "sentence"),
    [
        ("study", {"questionnaire": '{"age": []}'}, "The questionnaire must be a list of questions"),
        ("study", {"questionnaire": '[{"key": "My hat"}]'}, "Question 1 must have a key of small letters"),
        ("study", {"questionnaire": "["}, "Enter a valid JSON."),
        ("persona", {"features": '{"age": "99"}'}, "Choose one of the listed answers for"),
        ("goal", {"text": ALIKE}, "Another goal of this study has the same text"),
        ("persona", {"features": "[]"}, "Features must be an object of answers"),
        ("persona", {"features": "{"}, "Enter a valid JSON."),
        ("persona", {"study": ""}, "This field is required."),
    ],
)
def test_an_invalid_value_is_reported_at_its_field_and_not_stored(
    client: Client, study: Study, page: str, fields: dict[str, str], sentence: str
) -> None:
    before = stored()
    forms: dict[str, Callable[..., dict[str, Any]]] = {
        "study": study_form,
        "goal": partial(goal_form, study),
        "persona": partial(persona_form, study),
    }
    form = forms[page](**fields)
    assert sentence in client.post(f"{ADMIN}/{page}/add/", form).text
    assert stored() == before


@pytest.mark.parametrize("page", ["goal", "persona"])
def test_nothing_is_added_to_a_frozen_study(client: Client, frozen: Study, page: str) -> None:
    before = stored()
    form = goal_form(frozen) if page == "goal" else persona_form(frozen)
    assert "Select a valid choice" in client.post(f"{ADMIN}/{page}/add/", form).text
    assert stored() == before


@pytest.mark.parametrize("page", ["goal", "persona"])
def test_nothing_is_moved_into_a_frozen_study_or_out_of_it(
    client: Client, study: Study, frozen: Study, page: str
) -> None:
    before = stored()
    for source, target in ((study, frozen), (frozen, study)):
        part = (source.goals if page == "goal" else source.personas).all()[0]
        form = goal_form(target) if page == "goal" else persona_form(target)
        assert client.post(f"{ADMIN}/{page}/{part.pk}/change/", form).status_code in (200, 403)
    assert stored() == before


def test_a_frozen_study_refuses_it_also_where_the_form_offered_it(study: Study, frozen: Study) -> None:
    moved = study.goals.all()[0]
    moved.study = frozen
    left = frozen.personas.all()[0]
    left.study = study
    added = Goal(study=frozen, number=7, domain="Math", text="Add two numbers.")
    for part in (frozen, moved, left, added):
        with pytest.raises(ValidationError, match="Copy it to change it"):
            part.clean()


def test_a_participant_brings_a_persona_to_a_frozen_study(frozen: Study) -> None:
    Persona(study=frozen, code="T1", source="participant", features={"age": "18 to 24"}).full_clean()


def test_a_frozen_study_is_neither_changed_nor_deleted(client: Client, frozen: Study) -> None:
    before = stored()
    assert client.post(f"{ADMIN}/study/{frozen.pk}/change/", study_form()).status_code == 403
    assert client.post(f"{ADMIN}/study/{frozen.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{ADMIN}/study/", {"action": "delete_selected", "_selected_action": [frozen.pk], "post": "yes"})
    assert stored() == before


def test_what_is_frozen_can_still_be_looked_at(client: Client, frozen: Study) -> None:
    for page, part in (("study", frozen), ("goal", frozen.goals.first()), ("persona", frozen.personas.first())):
        assert part
        assert client.get(f"{ADMIN}/{page}/{part.pk}/change/").status_code == 200


def test_a_participants_persona_is_their_own(client: Client, study: Study) -> None:
    theirs = Persona.objects.create(study=study, code="T1", source="participant", features={"age": "18 to 24"})
    address = f"{ADMIN}/persona/{theirs.pk}"
    assert client.post(f"{address}/change/", persona_form(study)).status_code == 403
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{address}/change/").status_code == 200


def test_copying_a_study_leads_to_a_copy_that_can_be_changed(client: Client, frozen: Study) -> None:
    response = client.post(f"{ADMIN}/study/", {"action": "copy_studies", "_selected_action": [frozen.pk]}, follow=True)
    copy = Study.objects.get(slug="frozen-copy")
    assert response.redirect_chain == [(f"{ADMIN}/study/{copy.pk}/change/", 302)]
    assert "until it has participants or a run" in response.text
    assert copy.frozen_at is None


def test_who_may_not_add_studies_may_not_copy_them(study: Study) -> None:
    client = Client()
    client.force_login(User.objects.create_user("guest", is_staff=True))
    client.post(f"{ADMIN}/study/", {"action": "copy_studies", "_selected_action": [study.pk]})
    assert Study.objects.count() == 1


@pytest.mark.usefixtures("scripted_models")
def test_every_list_of_the_admin_opens(client: Client) -> None:
    open_study(make_dialogue().study)
    make_natural_dialogue(make_participant(Study.objects.get()))
    Outcome.objects.create(study=Study.objects.get(), kind="completed")
    for page in ("study", "goal", "persona", "dialogue", "turn", "output", "generation", "typing"):
        assert client.get(f"{ADMIN}/{page}/").status_code == 200, page
    for page in ("participant", "recruitment", "outcome", "release"):
        assert client.get(f"{PEOPLE}/{page}/").status_code == 200, page
    for page in ("run", "simulation"):
        assert client.get(f"/admin/simulation/{page}/").status_code == 200


def test_what_people_gave_is_looked_at_and_never_changed(client: Client, study: Study) -> None:
    participant = make_participant(study)
    turn = make_natural_dialogue(participant).turns.all()[0]
    for address in (
        f"{PEOPLE}/participant/{participant.pk}",
        f"{ADMIN}/turn/{turn.pk}",
        f"{ADMIN}/generation/{turn.generations.get().pk}",
        f"{ADMIN}/typing/{turn.typing.pk}",
    ):
        assert client.get(f"{address}/change/").status_code == 200
        assert client.post(f"{address}/change/", {"state": "finished"}).status_code == 403
        assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert Participant.objects.get().state == "active"


def test_a_superuser_who_may_not_delete_reads_the_true_reason(client: Client, frozen: Study) -> None:
    goal, dialogue = frozen.goals.all()[0], make_dialogue()
    for page, row, reason in (
        ("study", frozen, "The study is frozen because it has participants or a run"),
        ("goal", goal, "Copy the study to change it."),
        ("dialogue", dialogue, "data, which cannot be changed or deleted here"),
    ):
        address = f"{ADMIN}/{page}/{row.pk}"
        assert reason in client.get(f"{address}/change/").text, page
        for method in (client.get, client.post):
            answer: Any = method(f"{address}/delete/")
            assert (answer.status_code, reason in answer.text, "right" in answer.text) == (403, True, False), page


def test_deleting_several_names_what_is_kept_and_deletes_nothing(client: Client, frozen: Study, study: Study) -> None:
    before = stored()
    chosen = {"action": "delete_selected", "_selected_action": [frozen.goals.all()[0].pk, study.goals.all()[0].pk]}
    assert "The study is frozen" in client.post(f"{ADMIN}/goal/", chosen).text
    client.post(f"{ADMIN}/goal/", chosen | {"post": "yes"})
    assert stored() == before


@pytest.mark.usefixtures("scripted_models")
def test_what_hangs_on_data_says_so_and_what_does_not_can_be_deleted(client: Client, study: Study) -> None:
    open_study(study)
    make_natural_dialogue(make_participant(study))
    page = client.get(f"{ADMIN}/study/{study.pk}/delete/").text
    assert "data, which cannot be changed or deleted here" in page
    assert "permission" not in page
    empty = make_study("empty")
    open_study(empty)
    client.post(f"{ADMIN}/study/{empty.pk}/delete/", {"post": "yes"})
    assert not Study.objects.filter(slug="empty").exists()
