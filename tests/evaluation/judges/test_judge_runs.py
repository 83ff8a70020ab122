"""Judge runs with a real database and scripted models: what is judged and what is stored of it."""

import asyncio
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from dialogue.backends.base import BackendError, ModelMisconfigured
from dialogue.backends.scripted import ScriptedModel
from evaluation.judges import judge_runs
from evaluation.judges.results import read_judge_runs
from evaluation.models import Evaluation, Judgement, JudgeRun, ModelJudgement, Pair
from simulation.requests import RequestError
from tests.evaluation.factories import make_evaluation, make_known_pair
from tests.evaluation.judges.scripts import MODELS_FILE, SECOND, make_judge, refusing, request_judge_run, run_judge

pytestmark = pytest.mark.django_db

BAD = '{"choice": "both"}'


def test_both_orders_of_every_pair_are_asked_for_and_no_known_pair() -> None:
    evaluation = make_evaluation()
    make_known_pair(evaluation)
    judge_run = request_judge_run(evaluation)
    orders = Counter(judge_run.judgements.values_list("pair__role", "is_natural_first"))
    assert orders == {(Pair.Role.MAIN, True): 8, (Pair.Role.MAIN, False): 8}
    assert (judge_run.state, judge_run.model) == (JudgeRun.State.PAUSED, "arbiter")


def test_asking_again_adds_only_what_is_missing() -> None:
    judge_run = run_judge(request_judge_run(make_evaluation()))
    assert request_judge_run(judge_run.evaluation) == judge_run
    assert judge_run.judgements.count() == 16
    judge_run.judgements.first().delete()  # type: ignore[union-attr]
    again = request_judge_run(judge_run.evaluation)
    assert (again.pk, again.state, again.judgements.filter(finished_at=None).count()) == (
        judge_run.pk,
        JudgeRun.State.PAUSED,
        1,
    )


def test_the_models_identity_is_kept_and_another_model_has_a_separate_run(tmp_path: Path) -> None:
    evaluation = make_evaluation()
    judge_run = request_judge_run(evaluation)
    judge = judge_run.configuration["judge"]
    assert (judge["model"], judge["backend"], judge["label"]) == ("arbiter", "scripted", "a script")
    assert judge_run.configuration["sampling"]["temperature"] == 0
    relabelled = tmp_path / "models.toml"
    relabelled.write_text(MODELS_FILE.read_text().replace("a script", "another label"))
    assert request_judge_run(evaluation, models_file=relabelled) == judge_run
    changed = tmp_path / "changed.toml"
    changed.write_text('[models.arbiter]\nbackend = "scripted"\ncontext = 999\nreplies = ["Hm."]\n')
    assert request_judge_run(evaluation, models_file=changed) != judge_run


def test_a_judge_reads_the_date_on_which_its_judge_run_was_requested() -> None:
    judge_run = request_judge_run(make_evaluation())
    judge_run.configuration["judge"]["date"] = "2031-02-03"
    judge_run.save(update_fields=["configuration"])
    judge = ScriptedModel([SECOND])
    run_judge(judge_run, make_judge(judge))
    assert {request.sampling.today for request in judge.requests} == {date(2031, 2, 3)}
    assert request_judge_run(judge_run.evaluation) == judge_run


def test_an_evaluation_that_is_only_planned_has_nothing_to_judge() -> None:
    with pytest.raises(RequestError, match="Open the evaluation first"):
        request_judge_run(make_evaluation(state=Evaluation.State.PLANNED))
    assert not JudgeRun.objects.exists()


def test_a_guard_cannot_judge() -> None:
    with pytest.raises(RequestError, match="Model 'strict' is a guard, which cannot judge pairs"):
        request_judge_run(make_evaluation(), "strict", MODELS_FILE.with_name("guard_models.toml"))
    assert not JudgeRun.objects.exists()


def test_a_model_that_nobody_described_is_refused() -> None:
    with pytest.raises(RequestError, match="There is no model 'nobody'"):
        request_judge_run(make_evaluation(), "nobody")


def test_every_judgement_is_given_once_and_finishes_the_judge_run() -> None:
    model = ScriptedModel([SECOND])
    judge_run = run_judge(request_judge_run(make_evaluation()), make_judge(model, concurrency=3))
    assert judge_run.state == JudgeRun.State.FINISHED
    assert len(model.requests) == 16
    for judgement in judge_run.judgements.all():
        assert (judgement.choice, judgement.confidence, judgement.utterance_number) == ("second", "confident", 1)
        assert (judgement.outputs, judgement.problem, judgement.worker, judgement.leased_until) == (
            [SECOND],
            "",
            "",
            None,
        )
    assert not Judgement.objects.exists()


def test_two_workers_share_a_judge_run_without_asking_twice() -> None:
    judge_run, model = request_judge_run(make_evaluation()), ScriptedModel([SECOND])
    judge_runs.MODEL_JUDGEMENTS.start(judge_run)

    async def work_together() -> None:
        workers = [make_judge(model, concurrency=2) for _ in range(2)]
        await asyncio.gather(*(worker.work_off(ModelJudgement.objects.all()) for worker in workers))

    async_to_sync(work_together)()
    assert len(model.requests) == 16


def test_a_side_is_read_in_the_order_of_the_judgement() -> None:
    evaluation = make_evaluation()
    Pair.objects.exclude(pk=evaluation.pairs.all()[0].pk).delete()
    pair = evaluation.pairs.get()
    pair.natural.turns.update(utterance="typed by a person")  # type: ignore[union-attr]
    model = ScriptedModel([SECOND])
    run_judge(request_judge_run(evaluation), make_judge(model, concurrency=1))
    is_in_first = [
        request.messages[0].content.index("typed by a person") < request.messages[0].content.index("=== 2nd")
        for request in model.requests
    ]
    assert (
        is_in_first
        == [judgement.is_natural_first for judgement in ModelJudgement.objects.order_by("pk")]
        == [True, False]
    )


def test_what_cannot_be_used_is_a_result_with_all_that_was_put_out() -> None:
    judge_run = run_judge(request_judge_run(make_evaluation()), make_judge(ScriptedModel(["Hm\x00.", BAD, BAD])))
    assert judge_run.state == JudgeRun.State.FINISHED
    judgement = judge_run.judgements.all()[0]
    assert (judgement.choice, judgement.utterance_number, judgement.outputs) == ("", None, ["Hm\ufffd.", BAD, BAD])
    assert "The choice must be" in judgement.problem


def test_a_pair_whose_person_has_withdrawn_is_not_asked_about() -> None:
    evaluation, model = make_evaluation(), ScriptedModel([SECOND])
    judge_run, gone = request_judge_run(evaluation), evaluation.pairs.all()[0]
    Pair.objects.filter(pk=gone.pk).update(natural=None, simulated=None, withdrawn_at=timezone.now())
    assert run_judge(judge_run, make_judge(model)).state == JudgeRun.State.FINISHED
    assert len(model.requests) == 14
    assert {judgement.choice for judgement in ModelJudgement.objects.filter(pair=gone)} == {""}
    assert [line.total for line in read_judge_runs(evaluation)] == [14]


def test_infrastructure_errors_are_not_results_and_pause_the_judge_run() -> None:
    broken = ScriptedModel(refusing(BackendError("The server is down.")))
    judge_run = run_judge(request_judge_run(make_evaluation()), make_judge(broken, patience=1))
    assert (judge_run.state, judge_run.message) == (
        JudgeRun.State.PAUSED,
        "The server is down.",
    )
    assert not ModelJudgement.objects.exclude(finished_at=None).exists()
    assert run_judge(judge_run).state == JudgeRun.State.FINISHED


def test_a_model_that_cannot_run_as_described_halts_the_judge_run() -> None:
    broken = ScriptedModel(refusing(ModelMisconfigured("There is no such model at the provider.")))
    judge_run = run_judge(request_judge_run(make_evaluation()), make_judge(broken))
    assert (judge_run.state, judge_run.message) == (JudgeRun.State.PAUSED, "There is no such model at the provider.")


def test_a_model_that_was_changed_meanwhile_halts_the_judge_run(tmp_path: Path) -> None:
    changed = tmp_path / "models.toml"
    changed.write_text('[models.arbiter]\nbackend = "scripted"\ncontext = 999\nreplies = ["Hm."]\n')
    judge_run = run_judge(request_judge_run(make_evaluation()), make_judge(models_file=changed))
    assert "has changed since this judge run began" in judge_run.message
    assert not ModelJudgement.objects.exclude(finished_at=None).exists()


def test_a_paused_judge_run_goes_on_where_it_was() -> None:
    judge_run, told = request_judge_run(make_evaluation()), list[int]()

    def pause_at_five() -> None:
        told.append(1)

    run_judge(judge_run, make_judge(concurrency=1, on_judgement=pause_at_five, should_stop=lambda: len(told) >= 5))
    judge_runs.MODEL_JUDGEMENTS.pause(judge_run)
    done = list(ModelJudgement.objects.exclude(finished_at=None).values_list("pk", "finished_at"))
    assert (judge_run.state, len(done)) == (JudgeRun.State.PAUSED, 5)
    run_judge(judge_run)
    assert judge_run.state == JudgeRun.State.FINISHED
    assert set(done) < set(ModelJudgement.objects.values_list("pk", "finished_at"))


def test_a_judge_run_is_finished_when_its_last_open_judgements_are_withdrawn() -> None:
    judge_run = request_judge_run(make_evaluation())
    judge_runs.MODEL_JUDGEMENTS.start(judge_run)
    judge_run.judgements.all().delete()
    judge_runs.MODEL_JUDGEMENTS.finish_complete()
    judge_run.refresh_from_db()
    assert judge_run.state == JudgeRun.State.FINISHED


@pytest.mark.parametrize("is_queued", [True, False])
def test_leaving_a_judge_run_pauses_it_unless_workers_continue(is_queued: bool) -> None:
    judge_run = request_judge_run(make_evaluation())
    judge_runs.MODEL_JUDGEMENTS.start(judge_run)
    JudgeRun.objects.update(is_queued=is_queued)
    judge_runs.MODEL_JUDGEMENTS.leave(judge_run)
    judge_run.refresh_from_db()
    assert judge_run.state == (JudgeRun.State.RUNNING if is_queued else JudgeRun.State.PAUSED)
