"""The way of an evaluator, page by page, as a browser sees it: each person has one page that is theirs now."""

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.evaluators.reservations import finish_if_done
from evaluation.models import Assignment, Evaluation, Evaluator, Judgement, Pair, Presentation
from tests.enrolment.visits import EVALUATION as DOOR
from tests.enrolment.visits import agree_to_judge as agree
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, presentations_of

pytestmark = pytest.mark.django_db
State = Evaluator.State
TABLES = (Evaluation, Evaluator, Assignment, Presentation, Judgement, Pair)


@pytest.fixture
def evaluation() -> Evaluation:
    return make_evaluation(completion_code="C0FFEE", redirect_url="https://app.prolific.com/submit?cc=C0FFEE")


def begin(client: Client) -> Evaluator:
    """Comes as far as the first pair."""
    agree(client)
    client.post(f"{DOOR}start/")
    return Evaluator.objects.get()


def judge_all(evaluator: Evaluator) -> None:
    for presentation in presentations_of(evaluator):
        make_judgement(presentation)
    finish_if_done(evaluator, timezone.now())


def test_the_whole_way_from_the_link_to_the_code(client: Client, evaluation: Evaluation) -> None:
    assert agree(client, "?PROLIFIC_PID=5f3a&STUDY_ID=s1&utm=x")["Location"] == f"{DOOR}start/"
    assert client.post(f"{DOOR}start/")["Location"] == f"{DOOR}pairs/"
    evaluator = Evaluator.objects.get()
    assert (evaluator.number, evaluator.state, evaluator.external_id) == (1, State.JUDGING, "5f3a")
    assert len(presentations_of(evaluator)) == 4
    judge_all(evaluator)
    assert client.get(f"{DOOR}pairs/")["Location"] == f"{DOOR}end/"
    page = client.get(f"{DOOR}end/").text
    assert "Thank you. You have judged all your pairs." in page
    assert 'value="C0FFEE"' in page
    assert "Return to app.prolific.com" in page


def test_who_begins_hears_of_practice_and_who_has_practised_does_not(client: Client, evaluation: Evaluation) -> None:
    Evaluation.objects.update(training_pairs=2)
    agree(client)
    page = client.get(f"{DOOR}start/").text
    assert "You start with 2 practice pairs. After each, you learn which dialogue is artificial." in page
    Evaluator.objects.update(state=State.LAPSED)
    assert "practice" not in client.get(f"{DOOR}start/").text


def test_the_instruction_is_figure_11s(client: Client, evaluation: Evaluation) -> None:
    agree(client)
    page = client.get(f"{DOOR}start/").text
    assert "<h1>Which Dialogue is Artificial?</h1>" in page
    assert "one is a conversation between a human and an AI, and the other is between AI and AI" in page
    assert "After 24 hours without an answer" in page
    assert "practice" not in page
    assert "Start the Survey</button>" in page
    Evaluation.objects.update(instruction="Look **closely**.", reserved_minutes=90)
    page = client.get(f"{DOOR}start/").text
    assert "Look <strong>closely</strong>." in page
    assert "After 90 minutes without an answer" in page


@pytest.mark.parametrize("address", ["start/", "end/", "withdraw/", "data/"])
def test_strangers_are_led_to_the_door(client: Client, evaluation: Evaluation, address: str) -> None:
    assert client.get(f"{DOOR}{address}")["Location"] == DOOR


def test_a_get_makes_nobody_an_evaluator_and_changes_nobody(client: Client, evaluation: Evaluation) -> None:
    begin(client)
    before = [list(table._default_manager.values()) for table in TABLES]
    for address in ("", "consent/", "start/", "pairs/", "end/", "withdraw/", "data/"):
        for reader in (client, Client()):
            reader.get(f"{DOOR}{address}?PROLIFIC_PID=bot")
    Client().get(client.get(DOOR).context["personal_link"])
    assert [list(table._default_manager.values()) for table in TABLES] == before


@pytest.mark.parametrize(
    ("state", "step"),
    [(State.ENROLLED, "start/"), (State.JUDGING, "pairs/"), (State.LAPSED, "start/"), (State.FINISHED, "end/")],
)
def test_from_a_page_that_is_not_theirs_people_come_to_the_one_that_is(
    client: Client, evaluation: Evaluation, state: str, step: str
) -> None:
    begin(client)
    Evaluator.objects.update(state=state)
    for address in {"start/", "pairs/", "end/"} - {step}:
        assert client.get(f"{DOOR}{address}")["Location"] == f"{DOOR}{step}"
    assert client.get(f"{DOOR}{step}", follow=True).status_code == 200


def test_start_pressed_twice_takes_one_assignment(client: Client, evaluation: Evaluation) -> None:
    agree(client)
    for _ in range(2):
        assert client.post(f"{DOOR}start/")["Location"] == f"{DOOR}pairs/"
    assert evaluation.assignments.exclude(evaluator=None).count() == 1


@pytest.mark.parametrize("address", ["start/", "pairs/", ""])
def test_who_is_under_way_when_judging_is_closed_reads_so_and_may_still_withdraw(
    client: Client, evaluation: Evaluation, address: str
) -> None:
    begin(client)
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    page = client.get(f"{DOOR}{address}")
    assert "closed at the moment" in page.text
    assert client.get(f"{DOOR}withdraw/").status_code == 200
    assert client.get(f"{DOOR}data/").status_code == 200


def test_who_gets_no_assignment_reads_so_and_may_try_again(client: Client, evaluation: Evaluation) -> None:
    agree(client)
    others = [make_evaluator(evaluation) for _ in evaluation.assignments.all()]
    assert "All pairs are being judged or have been judged." in client.post(f"{DOOR}start/").text
    evaluation.outcomes.create(kind="full", text="Nothing is *left*.", code="F1", redirect_url="https://example.org/")
    page = client.post(f"{DOOR}start/")
    assert page.status_code == 403
    for words in (
        "No pairs available at the moment",
        "Nothing is <em>left</em>.",
        'value="F1"',
        "https://example.org/",
    ):
        assert words in page.text
    assert "C0FFEE" not in page.text
    assert "Try again</button>" in page.text
    Assignment.objects.filter(evaluator=others[0]).update(evaluator=None)
    assert client.post(f"{DOOR}start/")["Location"] == f"{DOOR}pairs/"


def test_start_pressed_after_closing_is_answered_with_that(client: Client, evaluation: Evaluation) -> None:
    agree(client)
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    page = client.post(f"{DOOR}start/")
    assert page.status_code == 403
    assert "closed at the moment" in page.text
    assert evaluation.assignments.exclude(evaluator=None).count() == 0


def test_an_own_file_of_data_holds_all_that_the_person_gave_and_not_which_side_was_artificial(
    client: Client, evaluation: Evaluation
) -> None:
    agree(client, "?PROLIFIC_PID=5f3a&STUDY_ID=s1")
    client.post(f"{DOOR}start/")
    first, second, *_ = presentations_of(Evaluator.objects.get())
    judgement = make_judgement(first, utterance_number=2)
    judgement.revisions.create(number=1, choice="first", made_at=timezone.now())
    make_judgement(second, submitted_at=None, confidence="")
    told = client.get(f"{DOOR}data/").json()
    assert (told["external_id"], told["link_parameters"]) == ("5f3a", {"STUDY_ID": "s1"})
    assert told["consent"]["text"] == evaluation.consent
    sent, draft = told["judgements"]
    assert (sent["utterance_number"], sent["active_seconds"]) == (2, 30.0)
    assert [step["choice"] for step in sent["trail"]] == ["first"]
    assert (draft["submitted_at"], draft["confidence"]) == (None, "")
    text = client.get(f"{DOOR}data/").text
    for secret in ("natural", "simulated", "mixtral", "gpt-4", first.pair.token, first.pair.person):
        assert secret not in text
