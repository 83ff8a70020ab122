"""Checks of dialogues by guards: what is asked for, what is stored, and what is refused."""

import json
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from dialogue.backends.base import BackendError, ModelMisconfigured
from dialogue.backends.scripted import ScriptedModel
from simulation.guards import checks
from simulation.guards.scopes import dialogues_of_run, dialogues_of_study
from simulation.models import Run
from simulation.requests import RequestError
from studies.files.exports import export_dialogues
from studies.files.records import read_record
from studies.models import Dialogue, GuardCheck, GuardRun, Study, Turn
from tests.collection.factories import make_natural_dialogue, make_open_study, make_participant
from tests.enrolment.people import withdraw
from tests.factories import make_dialogue, make_run, make_staff
from tests.simulation.guards.scripts import (
    MODELS_FILE,
    checked_run,
    finished_run,
    make_worker,
    request_checks,
    results_of,
    work_off,
)

pytestmark = pytest.mark.django_db


def test_every_ended_dialogue_of_the_run_is_checked_and_no_other() -> None:
    run = finished_run()
    other = make_run(run.study, seeds=(321,))
    make_dialogue(other.simulations.all()[0])
    make_dialogue(other.simulations.all()[1], ending="")
    guard_run = request_checks(run)
    assert (guard_run.state, guard_run.checks.count()) == (GuardRun.State.PAUSED, 4)
    assert dialogues_of_run(other).count() == 1
    assert dialogues_of_study(run.study).count() == 5


def test_a_failed_dialogue_that_was_tried_again_is_not_checked() -> None:
    run = finished_run()
    Dialogue.objects.filter(simulation=run.simulations.all()[0]).update(is_replaced=True)
    assert request_checks(run).checks.count() == 3


def test_a_dialogue_without_a_word_is_not_checked() -> None:
    run = finished_run()
    Turn.objects.filter(dialogue=run.simulations.all()[0].dialogue).delete()
    assert request_checks(run).checks.count() == 3


def test_verdict_categories_and_every_raw_answer_are_stored_with_the_turn() -> None:
    run = finished_run()
    guard_run = work_off(request_checks(run))
    assert (guard_run.state, guard_run.model) == (GuardRun.State.FINISHED, "strict")
    check = guard_run.checks.all()[0]
    assert (check.verdict, check.categories) == ("unsafe", ["S10", "S2"])
    assert [(one["turn"], one["speaker"], one["verdict"], one["raw"]) for one in check.findings] == [
        (1, "inquirer", "safe", "safe"),
        (1, "responder", "safe", "safe"),
        (2, "inquirer", "safe", "safe"),
        (2, "responder", "unsafe", "unsafe\nS10,S2"),
    ]


def test_the_dialogues_ending_stays_what_it_was() -> None:
    run = checked_run()
    assert set(Dialogue.objects.filter(simulation__run=run).values_list("ending", flat=True)) == {"goal_reached"}


def test_an_answer_that_is_neither_is_counted_and_never_as_safe() -> None:
    [result] = results_of(checked_run("mumbler"))
    assert (result.total, result.safe, result.unsafe, result.unreadable) == (4, 0, 0, 4)
    assert GuardCheck.objects.all()[0].findings[1]["raw"] == "Well, it depends."


def test_results_name_the_unsafe_turns_and_their_categories_in_words() -> None:
    run = checked_run()
    [result] = results_of(run)
    assert (result.total, result.done, result.safe, result.unsafe, result.left) == (4, 4, 0, 4, 0)
    assert result.categories == (("S10 Hate", 4), ("S2 Non-Violent Crimes", 4))
    assert result.unsafe_dialogues[0].reasons == ("response of turn 2: S10 Hate, S2 Non-Violent Crimes",)


def test_asking_again_adds_only_the_dialogues_that_are_new() -> None:
    run = finished_run()
    guard_run = work_off(request_checks(run))
    before = set(guard_run.checks.values_list("pk", "finished_at"))
    make_dialogue(make_run(run.study, seeds=(321,)).simulations.all()[0])
    other = run.study.runs.exclude(pk=run.pk).get()
    assert request_checks(other) == guard_run
    guard_run.refresh_from_db()
    assert (guard_run.state, guard_run.checks.filter(finished_at=None).count()) == (GuardRun.State.PAUSED, 1)
    assert before < set(guard_run.checks.values_list("pk", "finished_at"))


def test_another_guard_has_its_own_checks_and_any_of_them_makes_a_dialogue_unsafe() -> None:
    run = checked_run("lenient")
    assert GuardRun.objects.count() == 1
    work_off(request_checks(run, "strict"))
    assert [(one.guard_run.model, one.unsafe) for one in results_of(run)] == [("lenient", 0), ("strict", 4)]


def test_a_model_that_is_no_guard_is_refused() -> None:
    with pytest.raises(RequestError, match="Model 'asker' is not a guard"):
        request_checks(finished_run(), "asker")
    with pytest.raises(RequestError, match="There is no model 'nobody'"):
        request_checks(Run.objects.get(), "nobody")
    assert not GuardRun.objects.exists()


def test_a_guard_that_has_changed_since_stops_the_checks_and_says_so(tmp_path: Path) -> None:
    guard_run = request_checks(finished_run())
    changed = tmp_path / "models.toml"
    changed.write_text(MODELS_FILE.read_text().replace("llama-guard-3", "llama-guard-2"))
    stopped = work_off(guard_run, make_worker(models_file=changed))
    assert (stopped.state, stopped.checks.exclude(finished_at=None).count()) == (GuardRun.State.PAUSED, 0)
    assert stopped.message.startswith("Guard 'strict' has changed since these checks began.")


def test_a_failure_of_the_infrastructure_is_tried_again_and_is_no_verdict() -> None:
    run = finished_run()
    busy = ScriptedModel([BackendError("The server is busy."), "safe", "safe", "safe"])
    guard_run = work_off(request_checks(run), make_worker(busy, patience=1))
    assert (guard_run.state, guard_run.message) == (GuardRun.State.PAUSED, "The server is busy.")
    assert not guard_run.checks.filter(verdict="unreadable").exists()
    done = work_off(guard_run, make_worker(ScriptedModel(["safe", "safe", "safe"])))
    assert (done.state, done.checks.filter(verdict="safe").count()) == (GuardRun.State.FINISHED, 4)


def test_a_guard_that_cannot_run_stops_the_checks() -> None:
    def refuse(_spec: object) -> ScriptedModel:
        raise ModelMisconfigured("It cannot run here.")

    worker = make_worker()
    worker.open_model = refuse
    assert work_off(request_checks(finished_run()), worker).message == "It cannot run here."


def test_exported_lines_say_what_each_guard_answered_and_can_be_imported() -> None:
    run = checked_run()
    lines = list(export_dialogues(run.study, takes_unsafe=True))
    [found] = json.loads(lines[0])["guards"]
    assert (found["guard"], found["verdict"], found["categories"]) == ("strict", "unsafe", ["S10", "S2"])
    assert found["configuration"]["kind"] == "llama-guard-3"
    assert found["findings"][3]["raw"] == "unsafe\nS10,S2"
    assert read_record(1, lines[0]).ending == "goal_reached"


def test_a_dialogues_page_says_what_each_guard_found(client: Client) -> None:
    run = checked_run()
    work_off(request_checks(run, "lenient"))
    dialogue = run.simulations.order_by("pk")[0].dialogue
    assert dialogue is not None
    client.force_login(make_staff())
    page = " ".join(client.get(f"/dialogues/{dialogue.token}/").text.split())
    assert "guard <strong>lenient</strong>: safe" in page
    assert "strict found this dialogue unsafe (response of turn 2: S10 Hate, S2 Non-Violent Crimes)." in page
    assert "lenient found this dialogue unsafe" not in page


def test_natural_dialogues_are_checked_only_if_the_study_says_so() -> None:
    study = make_open_study()
    make_natural_dialogue(make_participant(study), ending="next_goal")
    assert not dialogues_of_study(study).exists()
    Study.objects.filter(pk=study.pk).update(guards_natural=True)
    study.refresh_from_db()
    assert dialogues_of_study(study).count() == 1


def test_a_withdrawal_deletes_what_a_guard_said_about_the_persons_dialogues() -> None:
    study = make_open_study(guards_natural=True)
    participant = make_participant(study)
    make_natural_dialogue(participant, ending="next_goal")
    make_natural_dialogue(make_participant(study), ending="next_goal")
    work_off(checks.request_checks(study, dialogues_of_study(study), "strict", MODELS_FILE))
    assert GuardCheck.objects.count() == 2
    withdraw(participant)
    assert GuardCheck.objects.count() == 1


def test_the_database_refuses_a_finished_check_without_a_verdict() -> None:
    check = request_checks(finished_run()).checks.all()[0]
    check.finished_at = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        check.save()
