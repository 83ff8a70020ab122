"""Participants get their conditions when they have answered the persona form, and meet only what their condition says."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collection.models import Participant, Recruitment
from collection.participation.assignment import read_standing
from collection.participation.goals import ChatbotUnavailable, begin_goal, go_on
from collection.research.condition_counts import read_condition_lines
from studies.models import Dialogue, Exclusion, Study
from tests.collection.chat.pages import write_models
from tests.collection.factories import enrol_participant, make_natural_dialogue, make_open_study
from tests.enrolment.people import cookie_of, enrol, withdraw
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def models_file(settings: Settings, tmp_path: Path) -> Path:
    file = settings.MODELS_FILE = write_models(tmp_path, replies=["Yes."])
    bot = file.read_text()
    file.write_text(f"{bot}\n{bot.replace('[models.bot', '[models.other')}")
    return file


def make_study(assignment: str = "between", goals: int = 3) -> Study:
    study = make_open_study(
        chatbot="bot", goal_count=goals, assignment=assignment, min_turns=0, instruction="As usual."
    )
    study.conditions.create(name="cold", sampling={"temperature": 0.1}, instruction="Be quick.", goals=[3, 1])
    study.conditions.create(name="other", chatbot="other")
    return study


def in_condition(study: Study, name: str) -> Participant:
    """Return the next participant who gets this condition."""
    return next(one for one in iter(lambda: enrol_participant(study), None) if name in one.conditions)


def test_between_participants_each_gets_one_condition_with_its_goals_chatbot_and_instruction() -> None:
    study = make_study()
    cold, other = in_condition(study, "cold"), in_condition(study, "other")
    assert (cold.goal_order, cold.conditions) == ([3, 1], ["cold", "cold"])
    assert (other.goal_order, other.conditions) == ([1, 2, 3], ["other"] * 3)
    assert cold.condition_seed is not None
    begun, usual = begin_goal(cold), begin_goal(other)
    assert begun is not None
    assert usual is not None
    assert (str(begun.condition), begun.goal.number) == ("cold", 3)
    assert (begun.responder["model"], begun.responder["sampling"]["temperature"]) == ("bot", 0.1)
    assert (str(usual.condition), usual.responder["model"]) == ("other", "other")
    for participant, shown, hidden in ((cold, "Be quick.", "As usual."), (other, "As usual.", "Be quick.")):
        page = Client(headers={"cookie": cookie_of(participant)}).get(f"/s/{study.slug}/chat/").text
        assert shown in page
        assert hidden not in page


def test_nothing_that_a_participant_receives_names_the_condition_or_its_chatbot(models_file: Path) -> None:
    models_file.write_text(models_file.read_text().replace("[models.other]", '[models.other]\nlabel = "secretive"'))
    study = make_study()
    study.conditions.filter(name="other").update(name="hidden-condition")
    participant = in_condition(study, "hidden-condition")
    client = Client(headers={"cookie": cookie_of(participant)})
    start = client.get(f"/s/{study.slug}/start/").text
    begin_goal(participant)
    pages = [start, client.get(f"/s/{study.slug}/chat/").text, client.get(f"/s/{study.slug}/").text]
    pages += [client.get(f"/s/{study.slug}/data/").text]
    for page in pages:
        assert not any(word in page for word in ("hidden-condition", "secretive", '"other"', "temperature"))


def test_within_participants_each_gets_every_condition_over_the_goals() -> None:
    study = make_study("within")
    participant = enrol_participant(study)
    assert participant.goal_order == [1, 2, 3]
    assert set(participant.conditions) == {"cold", "other"}
    assert participant.conditions[1] == "other", "the condition cold does not have goal 2"
    dialogue = begin_goal(participant)
    while dialogue is not None:
        dialogue = go_on(dialogue)
    participant.refresh_from_db()
    met = Dialogue.objects.order_by("pk").values_list("condition__name", flat=True)
    assert list(met) == participant.conditions


def test_within_participants_the_goals_ahead_are_drawn_again_for_what_others_left_undone() -> None:
    study = make_study("within", goals=4)
    study.conditions.update(goals=[])
    one, other = enrol_participant(study), enrol_participant(study)
    for participant in (one, other):
        assert begin_goal(participant) is not None
    first = one.conditions[0]
    [second] = {"cold", "other"} - {first}
    dialogue = go_on(one.dialogues.get())
    assert dialogue is not None
    assert str(dialogue.condition) == second, "each two goals have both conditions"
    done = study.conditions.get(name=second)
    for _ in range(3):
        ended = make_natural_dialogue(gone := enrol_participant(study), ending="next_goal")
        Dialogue.objects.filter(pk=ended.pk).update(condition=done)
        Participant.objects.filter(pk=gone.pk).update(state="finished")  # what is ahead of them would count, too
    Participant.objects.filter(pk=one.pk).update(conditions=[first, second, second, first])
    third = go_on(dialogue)
    assert third is not None
    assert str(third.condition) == first, "three more were completed in the other one"
    one.refresh_from_db()
    assert one.conditions == [first, second, first, second]


def test_excluded_dialogues_are_lost_because_the_analysis_leaves_them_out() -> None:
    study = make_study()
    ended = make_natural_dialogue(in_condition(study, "cold"), ending="next_goal")
    Dialogue.objects.update(condition=study.conditions.get(name="cold"))
    before = read_standing(study, timezone.now())
    Exclusion.objects.create(dialogue=ended, reason="A bot.")
    after = read_standing(study, timezone.now())
    assert (before.completed, before.lost["cold"]) == ({"cold": 1}, 0)
    assert (after.completed, after.lost["cold"]) == ({}, 1)
    [line] = [line for line in read_condition_lines(study, timezone.now()) if line.name == "cold"]
    assert (line.completed, line.excluded) == (0, 1)


def test_who_is_screened_out_or_never_answers_the_form_takes_no_condition() -> None:
    study = make_study()
    assert enrol(study).conditions == []


def test_the_next_person_gets_the_condition_with_fewer_completed_dialogues_whoever_left() -> None:
    study = make_study()
    for _ in range(3):
        for dialogue_goals in (in_condition(study, "cold"),):
            make_natural_dialogue(dialogue_goals, ending="next_goal")
    Dialogue.objects.update(condition=study.conditions.get(name="cold"))
    Participant.objects.update(last_seen_at=timezone.now() - timedelta(days=1))
    standing = read_standing(study, timezone.now())
    assert standing.completed == {"cold": 3}
    assert standing.lost["cold"] == 3
    assert standing.ahead == []
    assert [enrol_participant(study).conditions[0] for _ in range(2)] == ["other", "other"]


def test_a_condition_gets_nobody_while_its_share_of_the_seats_may_already_be_completed() -> None:
    study = make_study(goals=1)
    study.conditions.update(goals=[])
    gone = [enrol_participant(study) for _ in range(8)]
    Participant.objects.update(last_seen_at=timezone.now() - timedelta(days=1))
    ended = make_natural_dialogue(gone[0], ending="next_goal")
    Dialogue.objects.filter(pk=ended.pk).update(condition=study.conditions.get(name="other"))
    Participant.objects.filter(pk=gone[0].pk).update(state="finished")
    here = [enrol_participant(study).pk for _ in range(2)]
    Participant.objects.filter(pk__in=here).update(conditions=["cold"])
    Recruitment.objects.update(seats=4, released_after_hours=1)
    assert enrol_participant(study).conditions == ["other"], "so few finish that the rule alone would choose cold"


def test_people_who_withdraw_count_as_lost_and_those_here_by_their_goals_left() -> None:
    study = make_study()
    cold, other = in_condition(study, "cold"), in_condition(study, "other")
    withdraw(cold)
    ended = make_natural_dialogue(other, ending="next_goal")
    Dialogue.objects.filter(pk=ended.pk).update(condition=study.conditions.get(name="other"))
    simulated = Dialogue.objects.get(pk=ended.pk)
    simulated.pk, simulated.token, simulated.kind, simulated.condition = None, "simulated", "simulated", None
    simulated.goal = study.goals.get(number=2)
    simulated.save()
    standing = read_standing(study, timezone.now())
    assert standing.lost["cold"] >= 1
    assert ["other", "other"] in standing.ahead
    assert standing.completed == {"other": 1}


def test_the_same_external_id_stays_in_its_condition() -> None:
    study = make_study()
    first = enrol_participant(study, external_id="5f3a")
    for _ in range(5):
        enrol_participant(study)
    assert {*enrol_participant(study, external_id="5f3a").conditions} == {*first.conditions}


def test_everybody_agrees_to_every_provider_before_anybody_has_a_condition(models_file: Path) -> None:
    study = make_study()
    local = enrol_participant(study)
    assert local.consent_provider == ""
    a, b = (
        write_models(models_file.parent, backend="openai", model="m", base_url=f"https://{name}.example/v1", replies=[])
        .read_text()
        .replace("models.bot", f"models.{'bot' if name == 'b' else 'other'}")
        for name in "ab"
    )
    models_file.write_text(f"{a}\n{b}")
    page = Client().get(f"/s/{study.slug}/").text
    assert "<strong>a.example, b.example</strong> run the chatbots of this study." in page
    with pytest.raises(ChatbotUnavailable, match="to which you have not agreed"):
        begin_goal(local)
    assert enrol_participant(study).consent_provider == "a.example, b.example"


def test_researchers_see_the_counts_of_each_condition() -> None:
    study = make_study()
    cold, other = in_condition(study, "cold"), in_condition(study, "other")
    ended = make_natural_dialogue(other, ending="next_goal")
    Dialogue.objects.filter(pk=ended.pk).update(condition=study.conditions.get(name="other"))
    Participant.objects.filter(pk=other.pk).update(state="finished")
    Participant.objects.filter(pk=cold.pk).update(last_seen_at=timezone.now() - timedelta(hours=2))
    lines = {line.name: line for line in read_condition_lines(study, timezone.now())}
    line = lines["other"]
    assert (line.finished, line.completed, line.enrolled) == (1, 1, line.active + line.finished)
    assert (lines["cold"].dropped_out, lines["cold"].completed) == (1, 0)
    client = Client()
    client.force_login(make_staff())
    for page in ("collecting", "data"):
        assert "Completed dialogues" in client.get(f"/studies/{study.slug}/{page}/").text
