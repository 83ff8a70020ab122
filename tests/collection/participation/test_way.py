"""The path through a study, page by page: each person has exactly one current page."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collection.models import Participant
from collection.participation.goals import leave_dialogues
from studies.models import Dialogue, Study
from tests.collection.factories import FEATURES, make_answered_turn, make_open_study
from tests.enrolment.visits import agree
from tests.installation import MODELS_FILE

pytestmark = pytest.mark.django_db
State = Participant.State


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


@pytest.fixture
def study() -> Study:
    return make_open_study()


def begin(client: Client) -> Dialogue:
    """Take part up to the first goal."""
    agree(client)
    client.post("/s/demo/form/", FEATURES)
    client.post("/s/demo/start/")
    return Dialogue.objects.get()


def test_the_whole_way_from_the_link_to_the_code(client: Client, study: Study) -> None:
    study.outcomes.create(kind="completed", code="C0FFEE", redirect_url="https://app.prolific.com/submit?cc=C0FFEE")
    assert agree(client, "?PROLIFIC_PID=5f3a&STUDY_ID=s1&utm=x")["Location"] == "/s/demo/form/"
    assert client.post("/s/demo/form/", FEATURES)["Location"] == "/s/demo/start/"
    assert client.post("/s/demo/start/")["Location"] == "/s/demo/chat/"
    for place in ("/s/demo/chat/", "/s/demo/end/"):
        running = Dialogue.objects.get(ended_at=None)
        make_answered_turn(running, 0)
        assert client.post(f"/s/demo/chat/{running.token}/next/")["Location"] == place
    page = client.get("/s/demo/end/").text
    assert 'value="C0FFEE"' in page
    assert "Return to app.prolific.com" in page
    participant = Participant.objects.get()
    assert (participant.state, participant.external_id, participant.parameters) == (
        State.FINISHED,
        "5f3a",
        {"STUDY_ID": "s1"},
    )


@pytest.mark.parametrize("address", ["form/", "start/", "chat/", "end/", "withdraw/", "data/", "chat/x/next/"])
def test_strangers_are_led_to_the_welcome_page(client: Client, study: Study, address: str) -> None:
    assert client.get(f"/s/demo/{address}")["Location"] == "/s/demo/"


def test_a_get_enrols_nobody_and_changes_nobody(client: Client, study: Study) -> None:
    begin(client)
    before = [list(table._default_manager.values()) for table in (Participant, Dialogue)]
    for address in ("", "consent/", "form/", "start/", "chat/", "end/", "withdraw/", "data/"):
        for reader in (client, Client()):
            reader.get(f"/s/demo/{address}?PROLIFIC_PID=bot")
    client.get(f"/s/demo/chat/{Dialogue.objects.get().token}/next/")
    Client().get(client.get("/s/demo/").context["personal_link"])
    assert [list(table._default_manager.values()) for table in (Participant, Dialogue)] == before


@pytest.mark.parametrize(
    ("state", "place"),
    [(State.ENROLLED, "form/"), (State.ACTIVE, "start/"), (State.FINISHED, "end/"), (State.SCREENED_OUT, "end/")],
)
def test_from_a_page_that_is_not_theirs_people_come_to_the_one_that_is(
    client: Client, study: Study, state: str, place: str
) -> None:
    agree(client)
    Participant.objects.update(state=state)
    for address in {"form/", "start/", "chat/", "end/"} - {place}:
        assert client.get(f"/s/demo/{address}")["Location"] == f"/s/demo/{place}"
    assert client.get(f"/s/demo/{place}").status_code == 200


def test_a_form_with_gaps_says_which_and_keeps_the_rest(client: Client, study: Study) -> None:
    agree(client)
    page = client.post("/s/demo/form/", FEATURES | {"race": "", "gender": "Martian"})
    assert page.status_code == 422
    assert page.text.count("Choose an answer for “Race”.") == 2  # summed up on top, and beside the field
    assert page.text.count("Choose one of the listed answers for “Gender”.") == 2
    assert '<option value="25 to 34" selected>' in page.text
    assert Participant.objects.get().state == State.ENROLLED


def test_the_form_asks_in_the_questionnaires_order_and_suggests_nothing(client: Client, study: Study) -> None:
    agree(client)
    page = client.get("/s/demo/form/").text
    positions = [page.index(f'name="{key}"') for key in FEATURES]
    assert positions == sorted(positions)
    assert page.count('<option value="">Please choose …</option>') == 5
    assert page.count(">Prefer not to say</option>") == 5
    assert "selected" not in page


def test_a_questionnaire_of_the_studys_own_is_shown_and_may_be_left_open(client: Client, study: Study) -> None:
    form = [{"key": "native_english", "label": "Did you grow up with English?", "options": ["Yes", "No"]}]
    Study.objects.update(questionnaire=form)
    agree(client)
    assert "Did you grow up with English?" in client.get("/s/demo/form/").text
    client.post("/s/demo/form/", {"native_english": "Prefer not to say"})
    persona = Participant.objects.get().persona
    assert persona is not None
    assert persona.features == {"native_english": "Prefer not to say"}
    persona.full_clean()


def test_who_is_screened_out_reads_so_and_comes_no_further(client: Client, study: Study) -> None:
    study.outcomes.create(kind="screened_out", text="Only for **adults**.", code="NO18")
    agree(client)
    assert client.post("/s/demo/form/", FEATURES | {"age": "Under 18"})["Location"] == "/s/demo/end/"
    page = client.get("/s/demo/end/").text
    assert "Only for <strong>adults</strong>." in page
    assert "NO18" in page
    assert client.post("/s/demo/start/")["Location"] == "/s/demo/end/"


def test_next_goal_says_why_it_is_locked(client: Client, study: Study) -> None:
    dialogue = begin(client)
    page = client.post(f"/s/demo/chat/{dialogue.token}/next/", follow=True)
    assert "Send a message and read the reply before you continue." in page.text
    assert Dialogue.objects.get().ended_at is None


def test_next_goal_sent_twice_goes_on_once(client: Client, study: Study) -> None:
    dialogue = begin(client)
    make_answered_turn(dialogue, 0)
    for _ in range(2):
        assert client.post(f"/s/demo/chat/{dialogue.token}/next/")["Location"] == "/s/demo/chat/"
    assert Dialogue.objects.count() == 2


def test_no_one_can_end_another_persons_dialogue(client: Client, study: Study) -> None:
    dialogue = begin(client)
    make_answered_turn(dialogue, 0)
    stranger = Client()
    agree(stranger)
    assert stranger.post(f"/s/demo/chat/{dialogue.token}/next/")["Location"] == "/s/demo/form/"
    dialogue.refresh_from_db()
    assert dialogue.ended_at is None


@pytest.mark.parametrize("token", ["%00", "a%00b", "..", "%2e%2e", "x" * 5000])
def test_a_token_that_cannot_be_one_leads_nowhere(client: Client, study: Study, token: str) -> None:
    begin(client)
    assert client.post(f"/s/demo/chat/{token}/next/").status_code in (302, 404)
    assert Dialogue.objects.get().ended_at is None


def test_who_had_left_reads_how_many_goals_are_before_them_and_goes_on(client: Client, study: Study) -> None:
    make_answered_turn(begin(client), 0)
    leave_dialogues(Dialogue.objects.all(), timezone.now())
    assert "You have 1 of 2 goals left" in client.get("/s/demo/start/").text
    assert client.post("/s/demo/start/")["Location"] == "/s/demo/chat/"
    make_answered_turn(Dialogue.objects.get(ended_at=None), 0)
    leave_dialogues(Dialogue.objects.all(), timezone.now())
    assert "You have finished all goals" in client.get("/s/demo/start/").text
    assert client.post("/s/demo/start/")["Location"] == "/s/demo/end/"


def test_an_unreachable_chatbot_is_reported_and_nothing_is_lost(client: Client, study: Study) -> None:
    Study.objects.update(chatbot="gone")
    agree(client)
    client.post("/s/demo/form/", FEATURES)
    page = client.post("/s/demo/start/")
    assert page.status_code == 503
    assert "The chatbot cannot be reached at the moment" in page.text
    assert Participant.objects.get().state == State.ACTIVE


@pytest.mark.parametrize("address", ["form/", "start/", "chat/", ""])
def test_who_is_under_way_in_a_closed_study_reads_so_and_may_still_withdraw(
    client: Client, study: Study, address: str
) -> None:
    begin(client)
    study.recruitment.is_open = False
    study.recruitment.save()
    page = client.get(f"/s/demo/{address}")
    assert "closed at the moment" in page.text
    assert client.get("/s/demo/withdraw/").status_code == 200
    assert client.get("/s/demo/data/").status_code == 200
