"""The page of a study that collects: opening and closing, participants, their progress and demographics."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from collection.models import Recruitment
from collection.research.distributions import read_distributions
from collection.research.opening import close_study, open_study
from studies.models import Study
from tests.collection.factories import (
    FEATURES,
    make_natural_dialogue,
    make_participant,
    make_pending_turn,
)
from tests.factories import make_study

pytestmark = pytest.mark.django_db
PAGE = "/studies/demo/collecting/"


@pytest.fixture
def study() -> Study:
    return make_study(goal_count=3)


def read(client: Client) -> str:
    return " ".join(client.get(PAGE).text.split())


def post(client: Client, action: str) -> str:
    return client.post(PAGE, {"action": action}, follow=True).text


@pytest.mark.usefixtures("measured_chatbot")
def test_a_study_is_opened_and_its_link_can_be_shared(client: Client, study: Study) -> None:
    assert "People who open the link are told so; you see a preview." in read(client)
    page = post(client, "open")
    assert Recruitment.objects.get().is_open
    assert 'value="http://testserver/s/demo/"' in page
    assert "The study is open" in page
    assert "PROLIFIC_PID={{%PROLIFIC_PID%}}&amp;STUDY_ID" in page


def test_the_link_for_a_platform_carries_the_studys_own_parameter(client: Client, study: Study) -> None:
    Recruitment.objects.create(study=study, external_id_parameter="workerId")
    assert "http://testserver/s/demo/?workerId=NAME" in read(client)


def test_a_study_that_lacks_something_is_not_opened_and_says_what(
    client: Client, study: Study, settings: Settings, tmp_path: Path
) -> None:
    study.goals.all().delete()
    assert "The study has no goals yet. Add at least one." in post(client, "open")
    make_study("other")
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text("")
    answer = client.post("/studies/other/collecting/", {"action": "open"}, follow=True).text
    assert "models.toml has no responder &#x27;tiny&#x27;" in answer
    assert not Recruitment.objects.exists()


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "The study is closed.</p>"),
        (2, "The study is closed, and 2 dialogues in progress were ended."),
    ],
)
def test_closing_says_how_many_dialogues_it_ended(client: Client, study: Study, count: int, sentence: str) -> None:
    Recruitment.objects.create(study=study, is_open=True)
    for _ in range(count):
        make_natural_dialogue(make_participant(study))
    assert sentence in post(client, "close")


@pytest.mark.usefixtures("scripted_models")
def test_closing_ends_the_dialogues_under_way_as_left_and_keeps_what_was_said(client: Client, study: Study) -> None:
    open_study(study)
    going_on, over = make_participant(study), make_participant(study, state="finished")
    running = make_natural_dialogue(going_on)
    pending = make_pending_turn(running)
    done = make_natural_dialogue(over, ending="next_goal")
    assert "The study is closed, and 1 dialogue in progress was ended." in post(client, "close")
    for dialogue in (running, done):
        dialogue.refresh_from_db()
    assert (running.ending, running.ended_at is None, done.ending) == ("left", False, "next_goal")
    assert not Recruitment.objects.get().is_open
    assert pending.generations.get().is_stop_requested
    assert running.turns.count() == 3


@pytest.mark.usefixtures("scripted_models")
def test_a_closed_study_can_be_opened_again_and_closing_twice_changes_nothing(study: Study) -> None:
    open_study(study)
    make_natural_dialogue(make_participant(study))
    assert (close_study(study), close_study(study)) == (1, 0)
    open_study(study)
    assert Recruitment.objects.get().is_open


def test_what_became_of_everybody_is_counted(client: Client, study: Study) -> None:
    Recruitment.objects.create(study=study, is_open=True, seats=10, quotas={"gender": {"Female": 4}})
    make_participant(study)
    make_participant(study, answers=None, state="enrolled", seen_minutes_ago=10)
    for state in ("finished", "screened_out", "turned_away", "withdrawn"):
        make_participant(study, answers=FEATURES if state == "finished" else None, state=state)
    page = read(client)
    assert "<strong>1</strong> active now" in page
    for words, count in {
        "Enrolled": 6,
        "In progress": 2,
        "Finished": 1,
        "Screened out": 1,
        "Turned away": 1,
        "Withdrawn": 1,
        "Seats left": "7 of 10",
    }.items():
        assert f"<dt>{words}</dt><dd>{count}</dd>" in page
    assert '<td>Female</td><td class="number">2 of 4</td>' in page


def test_all_participants_are_listed_with_their_current_step(client: Client, study: Study) -> None:
    chats = make_participant(study)
    make_natural_dialogue(chats, turns=2, ending="next_goal")
    running = make_natural_dialogue(chats, turns=1)
    make_participant(study, seen_minutes_ago=90)
    make_natural_dialogue(make_participant(study, seen_minutes_ago=100), ending="left")
    make_participant(study, answers=None, state="enrolled", seen_minutes_ago=2000)
    page = read(client)
    assert 'p-001</th> <td><span class="state running">online</span> chatting: goal 2 of 3</td>' in page
    assert f'href="/dialogues/{running.token}/"' in page
    assert '<td class="number">3</td> <td class="when">now</td>' in page
    assert page.index("p-001") < page.index("p-002") < page.index("no code")
    assert "1 hour, 30 minutes ago" in page.replace("\xa0", " ")
    assert [words in page for words in ("instruction</td>", "after goal 1 of 3", "persona form</td>")] == [True] * 3


def test_participants_are_listed_with_their_external_id(client: Client, study: Study) -> None:
    make_participant(study, external_id="5f9e-prolific")
    assert "5f9e-prolific" in read(client)


def test_a_study_that_opens_later_or_is_over_says_when(client: Client, study: Study) -> None:
    soon, past = datetime(2090, 1, 2, 10, tzinfo=UTC), datetime(2020, 1, 2, 10, tzinfo=UTC)
    Recruitment.objects.create(study=study, is_open=True, opens_at=soon)
    page = read(client)
    assert "opens later" in page
    assert "<dt>Opens</dt><dd>2 Jan 2090, 10:00 UTC</dd>" in page
    Recruitment.objects.update(opens_at=None, closes_at=past)
    assert '<span class="state ">ended</span>' in read(client)


def test_only_what_has_changed_is_sent(client: Client, study: Study) -> None:
    live = f"{PAGE}live/"
    first = client.get(live)
    seen = first.text.split('"seen": "')[1].split('"')[0]
    assert client.get(live, {"seen": seen}).status_code == 204
    make_natural_dialogue(make_participant(study))
    news = client.get(live, {"seen": seen})
    assert "goal 1 of 3" in news.text
    assert 'id="participants" hx-swap-oob' in news.text


def test_many_participants_are_listed_in_few_queries(
    client: Client, study: Study, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(60):
        make_natural_dialogue(make_participant(study), turns=1)
    with django_assert_max_num_queries(21):
        page = read(client)
    assert "1 to 50 of 60" in page


@pytest.mark.usefixtures("scripted_models")
def test_a_study_without_participants_says_how_they_come(client: Client, study: Study) -> None:
    assert "Open the study and share the link above." in read(client)
    open_study(study)
    assert "Participants appear here once they have consented." in read(client)


def test_distributions_count_those_who_chat_or_have_finished_in_the_forms_order(study: Study) -> None:
    for age in ("45 to 54", "25 to 34", "45 to 54"):
        make_participant(study, answers=FEATURES | {"age": age})
    make_participant(study, answers=FEATURES | {"age": "55 to 64"}, state="screened_out")
    ages, *others = read_distributions(study)
    assert (ages.label, [other.key for other in others]) == (
        "Age Range",
        ["race", "gender", "education", "native_english"],
    )
    assert [bar.option for bar in ages.bars] == list(study.questionnaire[0]["options"])
    counted = {bar.option: (bar.count, bar.percent, bar.width) for bar in ages.bars if bar.count}
    assert counted == {"25 to 34": (1, "33%", "106.7"), "45 to 54": (2, "67%", "213.3")}


def test_a_distribution_leaves_out_who_cannot_take_part_and_keeps_who_would_not_say(study: Study) -> None:
    study.questionnaire = [{"key": "age", "label": "Age", "options": ["young", "old"], "screened_out": ["young"]}]
    make_participant(study, answers={"age": "Prefer not to say"})
    (ages,) = read_distributions(study)
    assert [(bar.option, bar.count) for bar in ages.bars] == [("old", 0), ("Prefer not to say", 1)]


def test_a_distribution_is_drawn_and_also_shown_as_a_table(client: Client, study: Study) -> None:
    assert "Figures appear once" in read(client)
    make_participant(study)
    page = read(client)
    assert '<rect class="fill" x="0" y="98" width="320.0" height="10" rx="2"/>' in page
    assert '<th scope="row">25 to 34</th><td>1 (100%)</td>' in page
    assert "style=" not in page


def test_the_cockpit_and_the_list_show_the_number_of_participants(client: Client, study: Study) -> None:
    make_participant(study)
    for address in ("/studies/demo/", "/"):
        page = client.get(address).text
        assert "1 person active now" in page
        assert "1 in progress" in page


def test_an_unknown_action_or_study_changes_nothing(client: Client, study: Study) -> None:
    post(client, "explode")
    assert not Recruitment.objects.exists()
    missing: Any = client.get("/studies/nope/collecting/")
    assert missing.status_code == 404


def test_an_external_id_from_several_browsers_is_shown_with_how_many(client: Client, study: Study) -> None:
    make_participant(study, external_id="5f3a")
    page = read(client)
    assert "External IDs used in several browsers" not in page
    make_participant(study, external_id="5f3a")
    make_participant(study, external_id="5f3a", seen_minutes_ago=60)
    make_participant(study, external_id="done", state="finished", refused_returns=4)
    make_participant(study)
    make_participant(study)
    page = read(client)
    assert '<strong class="shared-id">5f3a</strong>: 3 browsers, 2 of them open at the same time</li>' in page
    refused = "5 browsers, 4 of them turned away because someone with this ID had already finished"
    assert f'<strong class="shared-id">done</strong>: {refused}</li>' in page
    assert page.index(refused) < page.index("3 browsers")


def test_a_button_releases_the_place_of_an_absent_participant(client: Client, study: Study) -> None:
    Recruitment.objects.create(study=study, is_open=True, seats=3)
    here, away = make_participant(study), make_participant(study, seen_minutes_ago=30)
    page = read(client)
    assert page.count(">Release seat<") == 1
    assert "<dt>Seats left</dt><dd>1 of 3</dd>" in page
    answer = client.post(PAGE, {"action": "release", "release": str(away.pk)}, follow=True).text
    assert "The seat has been released." in answer
    page = read(client)
    assert "seat released by researcher" in page
    away.releases.update(released_by="")
    assert "seat released automatically" in read(client)
    away.releases.update(released_by="researcher")
    assert ">Release seat<" not in page
    assert "<dt>Seats left</dt><dd>2 of 3</dd>" in page
    for nobody in (str(here.pk), str(away.pk), "", "x", "9" * 30):
        answer = client.post(PAGE, {"action": "release", "release": nobody}, follow=True).text
        assert "No seat was released" in answer
    assert away.releases.get().released_by == "researcher"


def test_a_study_without_limits_has_no_seats_to_release(client: Client, study: Study) -> None:
    make_participant(study, seen_minutes_ago=30)
    assert ">Release seat<" not in read(client)
