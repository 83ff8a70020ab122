"""Researchers' pages: access, content, and that viewing changes nothing."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import JSONField, Value
from django.test import Client, RequestFactory
from django.views.defaults import server_error
from pytest_django import DjangoAssertNumQueries, Settings

from simulation.models import Run, Simulation
from studies.models import Dialogue, Goal, Persona, Study
from tests.factories import make_dialogue, make_run, make_staff, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


STUDY_PAGES = [
    "/",
    *(f"/studies/demo/{page}" for page in ("", "live/", "set-up/", "simulate/", "judge/", "dialogues/")),
]


def addresses(dialogue: Dialogue) -> list[str]:
    run = Simulation.objects.get(dialogue=dialogue).run.token
    pages = [*STUDY_PAGES, f"/runs/{run}/", f"/dialogues/{dialogue.token}/"]
    return [*pages, f"/runs/{run}/live/", f"/runs/{run}/statistics/", f"/dialogues/{dialogue.token}/after/0/"]


def test_strangers_are_asked_to_log_in_and_come_back() -> None:
    for address in addresses(make_dialogue())[1:]:
        assert Client().get(address).headers["Location"] == f"/login/?next={address}"


def test_a_fragment_sends_the_whole_page_to_the_login() -> None:
    run = make_run()
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/runs/{run.token}/?goal=1"}
    response = Client().get(f"/runs/{run.token}/live/", headers=headers)
    assert response.headers["HX-Redirect"] == f"/login/?next=/runs/{run.token}/%3Fgoal%3D1"
    assert response.content == b""


@pytest.mark.parametrize(
    ("referrer", "page"),
    [
        ("http://testserver/studies/demo/?tab=1", "/studies/demo/%3Ftab%3D1"),
        ("http://testserver", "/"),
        ("http://evil.example/studies/demo/", "/"),
        ("http://testserver//evil.example/", "/evil.example/"),
        ("http://[::1", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_after_the_session_ended_leads_through_the_login_to_its_page(referrer: str, page: str) -> None:
    make_study()
    response = Client().post("/studies/demo/copy/", headers={"Referer": referrer})
    assert response.headers["Location"] == f"/login/?next={page}"


def test_an_account_without_staff_status_sees_nothing_and_reads_why() -> None:
    client = Client()
    client.force_login(User.objects.create_user("guest"))
    for address in addresses(make_dialogue()):
        response = client.get(address)
        assert response.status_code == 403
        assert "These pages are for the research staff" in response.text


def test_logging_in_leads_to_the_studies() -> None:
    make_staff("ada")
    response = Client().post("/login/", {"username": "ada", "password": "correct horse battery staple"}, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "Log out" in response.text


def test_a_wrong_password_is_reported_on_the_page() -> None:
    response = Client().post("/login/", {"username": "ada", "password": "guess"})
    assert "Please enter a correct username and password" in response.text


def test_looking_changes_nothing(client: Client) -> None:
    dialogue = make_dialogue()
    before = [list(model.objects.values()) for model in (Study, Run, Simulation, Dialogue)]
    for address in addresses(dialogue):
        assert client.get(address, {"action": "cancel"}).status_code == 200
    assert [list(model.objects.values()) for model in (Study, Run, Simulation, Dialogue)] == before


def test_without_studies_the_list_says_how_to_get_one(client: Client) -> None:
    assert "python manage.py load_demo" in client.get("/").text


def test_the_pages_of_a_study_name_the_chatbot_of_each_condition_and_its_questions(client: Client) -> None:
    study = make_study()
    for name, chatbot in (("brief", "tiny"), ("long", "gone")):
        study.conditions.create(name=name, chatbot=chatbot)
    for page in ("/", "/studies/demo/", "/studies/demo/set-up/", "/studies/demo/collecting/"):
        text = client.get(page).text
        assert "condition <strong>brief</strong>: chatbot <strong>tiny</strong> <span" in text
        assert "condition <strong>long</strong>: chatbot <strong>gone</strong></li>" in text
    assert "Age Range <span" in client.get("/studies/demo/set-up/").text


def test_the_list_shows_each_study_with_its_numbers_and_its_chatbot(client: Client) -> None:
    make_dialogue(ending="max_turns")
    page = client.get("/").text
    for words in ("2 goals, 2 personas", "1 run, 1 of 4 dialogues", "for trying out the software, not for research"):
        assert words in page


def test_a_study_without_runs_says_how_to_start_one(client: Client) -> None:
    make_study()
    assert "No runs yet. Start a run below" in client.get("/studies/demo/simulate/").text


def test_a_study_shows_its_goals_in_full_with_their_code(client: Client) -> None:
    make_study(goal_count=4)
    page = client.get("/studies/demo/set-up/").text
    assert "The factorial of the &lt;NUMBER&gt;, is &lt;FACTORIAL&gt;" in page
    assert "<pre><code>def factorialize(num):\n    factorial = 1" in page


def test_the_set_up_leads_to_the_personas_and_the_lists_of_goals(client: Client) -> None:
    make_study()
    page = client.get("/studies/demo/set-up/").text
    assert "The study has 2 personas." in page
    for address in ("personas/", "goals/import/", "goals.csv", "goals.jsonl"):
        assert f'href="/studies/demo/{address}"' in page
    Study.objects.update(frozen_at="2024-01-01T00:00:00Z")
    assert "goals/import/" not in client.get("/studies/demo/set-up/").text


def test_a_persona_of_another_questionnaire_is_shown_with_the_sentence_that_runs_use(client: Client) -> None:
    Persona.objects.create(study=make_study(), code="X1", source="listed", features={"shoe_size": "42", "hat": "none"})
    assert 'dir="auto">an individual</td>' in client.get("/studies/demo/personas/").text


@pytest.mark.parametrize("odd", [None, {}, "age", 7, ["age"], [{"key": "age"}], {"age": 7, "race": None}, {"hat": 7}])
def test_odd_data_do_not_break_a_studys_page(client: Client, odd: Any) -> None:
    make_study()
    Study.objects.update(questionnaire=Value(odd, JSONField()))
    Persona.objects.update(features=Value(odd, JSONField()))
    for page in ("", "set-up/", "simulate/"):
        assert client.get(f"/studies/demo/{page}").status_code == 200
    assert client.post("/studies/demo/", {}).status_code == 422


def test_a_broken_models_file_is_a_sentence_on_the_page(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.MODELS_FILE = tmp_path / "nowhere.toml"
    make_study()
    assert "nowhere.toml cannot be read. Check MODELS_FILE." in client.get("/studies/demo/simulate/").text
    assert client.get("/").status_code == 200


def test_markup_in_a_studys_texts_is_shown_as_text(client: Client) -> None:
    study = make_study()
    Study.objects.update(title="<script>1</script>", description="<script>2</script>", chatbot="<script>3</script>")
    Goal.objects.update(text="<script>4</script>", domain="<script>5</script>")
    Persona.objects.update(features={"hat": "<script>6</script>"})
    page = "".join(client.get(f"/studies/{study.slug}/{page}").text for page in ("", "set-up/", "simulate/"))
    assert "<script>" not in page
    assert "&lt;script&gt;4&lt;/script&gt;" in page


def test_a_dialogue_links_to_its_neighbours_in_the_run(client: Client) -> None:
    cells = list(make_run().simulations.all())
    first, second, third = (make_dialogue(cell) for cell in cells[:3])
    page = client.get(f"/dialogues/{second.token}/").text
    assert f'rel="prev" href="/dialogues/{first.token}/"' in page
    assert f'rel="next" href="/dialogues/{third.token}/"' in page
    assert f"/runs/{cells[0].run.token}/" in page


def test_a_dialogue_outside_of_runs_has_a_page_too(client: Client) -> None:
    dialogue = make_dialogue()
    Simulation.objects.all().delete()
    Dialogue.objects.update(kind="natural", inquirer={}, responder={}, seed=None)
    page = client.get(f"/dialogues/{dialogue.token}/").text
    assert "a person" in page
    assert "Dialogues of this run" not in page


def test_a_dialogue_of_a_paused_run_says_why_it_does_not_continue(client: Client) -> None:
    dialogue = make_dialogue(ending="")
    assert "cannot continue while" not in client.get(f"/dialogues/{dialogue.token}/").text
    Run.objects.update(state=Run.State.PAUSED)
    assert "This dialogue cannot continue while its run is paused." in client.get(f"/dialogues/{dialogue.token}/").text


def test_a_dialogue_names_its_models_with_their_label(client: Client) -> None:
    page = client.get(f"/dialogues/{make_dialogue().token}/").text
    assert page.count("for trying out the software, not for research") == 2


@pytest.mark.parametrize(
    "address", ["/studies/nope/", "/runs/nope/", "/dialogues/nope/", "/dialogues/nope/after/0/", "/x"]
)
def test_a_wrong_address_is_a_page_with_a_way_back(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "This address does not exist" in response.text
    assert "Back to studies" in response.text


def test_a_failure_of_the_site_is_a_page_with_a_way_back(rf: RequestFactory) -> None:
    page = server_error(rf.get("/")).content.decode()
    assert "find the reason in the log" in page
    assert "Back to studies" in page


def test_a_forged_form_changes_nothing_and_the_page_says_so() -> None:
    run = make_run(state=Run.State.RUNNING)
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff())
    response = client.post(f"/runs/{run.token}/", {"action": "cancel"})
    assert response.status_code == 403
    assert "Nothing was changed." in response.text
    assert Run.objects.get().state == Run.State.RUNNING


def test_many_studies_take_as_few_queries_as_one(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make_run(make_study(f"study-{number}"))
    with django_assert_max_num_queries(25):
        client.get("/")
