"""The cockpit says for each step of a study what it has, what it lacks, and what comes next."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analysis.models import Report
from collection.models import Recruitment
from evaluation.models import Evaluation
from roleplay_site.overview.cockpit.step import Step
from roleplay_site.overview.cockpit.strips import read_strip
from simulation.models import Run
from studies.audit import Verb, record
from studies.models import Dialogue, Goal, Study
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, presentations_of
from tests.factories import make_dialogue, make_dialogues, make_run, make_staff, make_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]


def steps(study: Study) -> dict[str, Step]:
    return {step.key: step for step in read_strip(study).steps}


def buttons(study: Study) -> dict[str, str]:
    return {key: step.action.label for key, step in steps(study).items() if step.action}


def kinds(study: Study) -> list[str]:
    return [step.kind for step in read_strip(study).steps]


def test_a_study_without_goals_needs_goals_first() -> None:
    study = make_study(goal_count=0, persona_count=0)
    current = read_strip(study).current
    assert current
    assert current.lacks == "The study has no goals yet. Add at least one."
    assert (current.key, buttons(study)) == ("set-up", {"set-up": "Add goals"})
    assert kinds(study) == ["next", *["later"] * 5]


def test_a_study_that_is_set_up_can_be_opened_or_simulated() -> None:
    study = make_study()
    assert buttons(study) == {"set-up": "Edit study", "collect": "Open study", "simulate": "Start run"}
    assert list(steps(study)["set-up"].facts) == ["2 goals", "2 personas", "5 questions"]
    assert kinds(study) == ["done", "next", "next", "later", "later", "later"]


def test_a_chatbot_that_models_toml_lacks_stops_the_set_up_in_a_sentence() -> None:
    study = make_study()
    Study.objects.update(chatbot="nobody")
    study.refresh_from_db()
    assert steps(study)["set-up"].kind == "failed"
    assert "models.toml has no responder 'nobody'" in steps(study)["set-up"].lacks


def test_a_closed_study_with_dialogues_of_people_no_longer_needs_its_chatbot() -> None:
    study = make_study()
    Study.objects.update(chatbot="nobody")
    study.refresh_from_db()
    make_natural_dialogue(make_participant(study), ending="next_goal")
    assert (steps(study)["set-up"].kind, steps(study)["set-up"].lacks) == ("done", "")
    Recruitment.objects.create(study=study, is_open=True)
    assert steps(study)["set-up"].kind == "failed"


def test_an_open_study_counts_its_people_and_what_is_left_of_its_seats_and_time() -> None:
    study, now = make_study(), timezone.now()
    closes_at = now + timedelta(days=3, hours=2)
    Recruitment.objects.create(study=study, is_open=True, seats=20, closes_at=closes_at)
    assert buttons(study)["collect"] == "Share link"
    make_natural_dialogue(make_participant(study))
    step = steps(study)["collect"]
    assert (step.kind, step.time_left) == ("running", "19 of 20 seats left, closes in 3 days")
    assert list(step.facts) == ["1 person active now", "1 in progress", "0 natural dialogues"]
    Recruitment.objects.update(seats=1)
    assert steps(study)["collect"].lacks == "All seats are taken. Close the study, or raise the number of seats."


def test_a_run_that_runs_pauses_or_fails_shows_its_next_button() -> None:
    study = make_study()
    run = make_run(study)
    assert (steps(study)["simulate"].kind, buttons(study)["simulate"]) == ("next", "Resume run")
    Run.objects.update(message="The server is down.")
    step = steps(study)["simulate"]
    assert (step.kind, step.lacks, buttons(study)["simulate"]) == ("failed", "The server is down.", "View run")
    Run.objects.update(message="", state=Run.State.RUNNING, is_queued=True, started_at=timezone.now())
    make_dialogue(run.simulations.all()[0])
    assert (steps(study)["simulate"].kind, buttons(study)["simulate"]) == ("running", "View run")
    assert list(steps(study)["simulate"].facts) == ["1 run", "1 of 4 dialogues"]


def test_judging_comes_next_once_there_are_dialogues_of_both_kinds_and_leads_to_the_analysis_and_the_export() -> None:
    study = make_study()
    assert steps(study)["judge"].lacks == "Judging needs natural dialogues, and a run that simulates the same personas."
    make_dialogues(list(make_run(study, state=Run.State.FINISHED).simulations.all()))
    goal, persona = Goal.objects.all()[0], study.personas.all()[0]
    Dialogue.objects.create(study=study, goal=goal, persona=persona, kind="natural", ended_at=timezone.now())
    assert (steps(study)["judge"].kind, buttons(study)["judge"]) == ("next", "Plan evaluation")
    evaluation = Evaluation.objects.create(study=study, number=1)
    assert buttons(study)["judge"] == "Open evaluation"
    Evaluation.objects.update(state="open")
    assert (steps(study)["judge"].kind, buttons(study)["judge"]) == ("running", "Share link")
    evaluation.judge_runs.create(model="gpt-4", configuration={}, identity="x", message="The key is missing.")
    assert "The key is missing." in steps(study)["judge"].lacks
    evaluation.judge_runs.all().delete()
    Evaluation.objects.update(state="closed")
    assert [steps(study)[key].kind for key in ("judge", "analyse", "export")] == ["done", "next", "later"]
    Report.objects.create(study=study, fingerprint="x", code="y", state="finished")
    assert [steps(study)[key].kind for key in ("analyse", "export")] == ["done", "next"]
    record(study, Verb.EXPORTED, "natural.jsonl")
    assert kinds(study) == ["done"] * 6
    assert "exported 0 minutes ago by a command" in steps(study)["export"].facts


def test_judgements_of_excluded_dialogues_do_not_count() -> None:
    evaluation = make_evaluation()
    judged = [make_judgement(one) for one in presentations_of(make_evaluator(evaluation))]
    assert f"{len(judged)} of 8 judgements" in steps(evaluation.study)["judge"].facts
    excluded = judged[0].pair.natural
    assert excluded
    excluded.exclusions.create(reason="The server failed.")
    left = sum(one.pair.natural != excluded for one in judged)
    assert f"{left} of 8 judgements" in steps(evaluation.study)["judge"].facts


def test_an_open_cockpit_is_sent_only_what_has_changed() -> None:
    client = Client()
    client.force_login(make_staff())
    study = make_study()
    first = client.get("/studies/demo/live/").text
    seen = first.split('"seen": "')[1].split('"')[0]
    assert client.get("/studies/demo/live/", {"seen": seen}).status_code == 204
    make_run(study)
    assert "0 of 4 dialogues" in client.get("/studies/demo/live/", {"seen": seen}).text
